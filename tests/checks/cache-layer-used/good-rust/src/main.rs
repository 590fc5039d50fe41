mod cache;
mod handlers;

use actix_web::{web, App, HttpServer};
use cache::ClinicCache;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let cache = ClinicCache::new("redis://cache:6379");
    cache.warm_cache(1);
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(cache.clone()))
            .route("/rooms", web::get().to(handlers::list_rooms))
            .route("/rooms/{id}", web::get().to(handlers::show_room))
            .route("/rooms/{id}", web::put().to(handlers::update_room))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
