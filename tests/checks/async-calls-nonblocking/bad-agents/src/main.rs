use actix_web::{web, App, HttpResponse, HttpServer};

mod mails;
mod rates;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/rates", web::post().to(rates::rate))
            .route("/rates/known", web::get().to(rates::known))
            .route("/invitations", web::post().to(mails::invite))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
