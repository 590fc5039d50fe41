use actix_cors::Cors;
use actix_web::{middleware::Logger, web, App, HttpServer};

mod config;
mod db;
mod errors;
mod handlers;
mod models;
mod schema;

use config::Config;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let config = Config::from_env();
    let pool = db::connect(&config.database_url, config.database_pool_size);
    let redis = db::connect_redis(&config.redis_url)
        .await
        .map_err(std::io::Error::other)?;

    let pool = web::Data::new(pool);
    let redis = web::Data::new(redis);
    let settings = web::Data::new(config.clone());
    let origins = config.allowed_origins.clone();
    log::info!("database {}, listening on {}", config.database_url, config.bind_address);

    HttpServer::new(move || {
        let cors = origins
            .iter()
            .fold(Cors::default(), |cors, origin| cors.allowed_origin(origin))
            .allowed_methods(["GET", "POST", "DELETE"]);
        App::new()
            .wrap(Logger::default())
            .wrap(cors)
            .app_data(pool.clone())
            .app_data(redis.clone())
            .app_data(settings.clone())
            .service(
                web::scope("/api")
                    .route("/health", web::get().to(handlers::health::live))
                    .route("/ready", web::get().to(handlers::health::ready))
                    .route("/harbours", web::get().to(handlers::harbours::list))
                    .route("/harbours/{id}/berths", web::get().to(handlers::harbours::berths))
                    .route("/bookings", web::get().to(handlers::bookings::list))
                    .route("/bookings", web::post().to(handlers::bookings::create))
                    .route("/bookings/{id}", web::delete().to(handlers::bookings::cancel))
                    .route("/payments/webhook", web::post().to(handlers::payments::webhook)),
            )
    })
    .bind(&config.bind_address)?
    .run()
    .await
}
