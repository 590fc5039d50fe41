mod loans;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/roles", web::get().to(loans::roles))
            .route("/summary", web::get().to(loans::summary))
            .route("/readers/{id}/loans", web::get().to(loans::of_reader))
            .route("/loans/{id}", web::get().to(loans::one))
            .route("/loans", web::post().to(loans::close_all))
            .route("/loans/mine", web::get().to(loans::mine))
            .route("/loans/recent", web::get().to(loans::recent))
            .route("/branches/loans", web::get().to(loans::by_branch))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
