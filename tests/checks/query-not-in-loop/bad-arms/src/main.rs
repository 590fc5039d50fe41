mod batches;
mod moves;

use actix_web::{App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(moves::bulk_moves).service(batches::sizes))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
