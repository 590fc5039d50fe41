mod entries;
mod reports;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/entries", web::get().to(entries::list))
            .route("/reports", web::get().to(reports::totals))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
