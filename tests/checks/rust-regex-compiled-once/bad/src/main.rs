mod ledger;
mod middleware;
mod orders;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().route("/orders", web::post().to(orders::create)))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
