use actix_web::{web, App, HttpServer};
mod accounts;
mod handlers;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().route("/accounts", web::get().to(handlers::list)))
        .bind("0.0.0.0:8080")?
        .run()
        .await
}
