mod cache;
mod handlers;

use actix_web::{web, App, HttpServer};
use cache::{ClinicCache, ReportCache};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let cache = ClinicCache::new("redis://cache:6379");
    let _reports = ReportCache::new("redis://cache:6379");
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(cache.clone()))
            .route("/rooms", web::get().to(handlers::list_rooms))
            .route("/rooms", web::post().to(handlers::create_room))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
