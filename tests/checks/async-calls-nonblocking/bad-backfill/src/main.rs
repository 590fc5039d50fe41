use actix_web::{web, App, HttpResponse, HttpServer};
use std::time::Duration;

async fn backfill_totals() -> HttpResponse {
    for _ in 0..40 {
        std::thread::sleep(Duration::from_millis(250));
    }
    HttpResponse::Ok().finish()
}

async fn totals() -> HttpResponse {
    std::thread::sleep(Duration::from_millis(250));
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/totals/backfill", web::post().to(backfill_totals))
            .route("/totals", web::get().to(totals))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
