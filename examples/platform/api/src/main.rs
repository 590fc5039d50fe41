use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::{middleware::Logger, web, App, HttpServer};

mod cache;
mod config;
mod db;
mod errors;
mod handlers;
mod models;
mod schema;
mod stats;
mod validation;

use cache::Cache;
use config::Config;
use stats::Stats;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let config = Config::from_env();
    let pool = db::connect(&config.database_url);
    let redis = db::connect_redis(&config.redis_url)
        .await
        .map_err(std::io::Error::other)?;

    let pool = web::Data::new(pool);
    let cache = web::Data::new(Cache::new(redis.clone()));
    let redis = web::Data::new(redis);
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(std::io::Error::other)?;
    let http = web::Data::new(http);
    let stats = Arc::new(Stats::new());
    let settings = web::Data::new(config.clone());
    let origins = config.allowed_origins.clone();
    log::info!(
        "database {}, listening on {}",
        config.database_url,
        config.bind_address
    );

    HttpServer::new(move || {
        let cors = origins
            .iter()
            .fold(Cors::default(), |cors, origin| cors.allowed_origin(origin))
            .allowed_methods(["GET", "POST", "PUT", "DELETE"]);
        App::new()
            .wrap(Logger::default())
            .wrap(cors)
            .app_data(pool.clone())
            .app_data(redis.clone())
            .app_data(settings.clone())
            .app_data(cache.clone())
            .app_data(http.clone())
            .app_data(web::Data::new(stats.clone()))
            .service(
                web::scope("/api")
                    .route("/health", web::get().to(handlers::health::live))
                    .route("/ready", web::get().to(handlers::health::ready))
                    .route("/harbours", web::get().to(handlers::harbours::list))
                    .route("/harbours/{id}", web::get().to(handlers::harbours::one))
                    .route("/harbours/{id}", web::put().to(handlers::harbours::update))
                    .route(
                        "/harbours/{id}/berths",
                        web::get().to(handlers::harbours::berths),
                    )
                    .route(
                        "/harbours/{id}/berths",
                        web::post().to(handlers::harbours::add_berth),
                    )
                    .route(
                        "/harbours/{id}/tides",
                        web::get().to(handlers::tides::forecast),
                    )
                    .route(
                        "/tides/corrected",
                        web::post().to(handlers::tides::corrected),
                    )
                    .route("/berths", web::get().to(handlers::harbours::all_berths))
                    .route("/bookings", web::get().to(handlers::bookings::list))
                    .route("/bookings", web::post().to(handlers::bookings::create))
                    .route(
                        "/bookings/{id}",
                        web::delete().to(handlers::bookings::cancel),
                    )
                    .route(
                        "/payments/webhook",
                        web::post().to(handlers::payments::webhook),
                    )
                    .route("/payments/{id}", web::get().to(handlers::payments::state))
                    .route(
                        "/payments/{id}/refund",
                        web::post().to(handlers::payments::refund),
                    )
                    .route("/reports/season", web::get().to(handlers::reports::season))
                    .route("/reports/sizes", web::get().to(handlers::reports::sizes))
                    .route(
                        "/reports/tonight",
                        web::get().to(handlers::reports::tonight),
                    )
                    .route("/status", web::get().to(handlers::status::status)),
            )
            .service(web::scope("/api/admin").route(
                "/season/close",
                web::post().to(handlers::admin::close_season),
            ))
    })
    .bind(&config.bind_address)?
    .run()
    .await
}
