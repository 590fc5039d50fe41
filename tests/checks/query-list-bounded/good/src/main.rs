mod loans;
mod store;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new().service(
            web::scope("/api")
                .route("/loans", web::get().to(loans::list_loans))
                .route("/loans/late", web::get().to(loans::late))
                .route("/readers", web::get().to(loans::readers)),
        )
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
