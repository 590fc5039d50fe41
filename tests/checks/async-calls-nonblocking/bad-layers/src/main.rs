use actix_web::{web, App, HttpServer};
mod controllers;
mod entities;
mod hasher;
mod repositories;
mod usecases;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .app_data(web::Data::new(usecases::Members::default()))
            .route("/members", web::post().to(controllers::enrol))
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
