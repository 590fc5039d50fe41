mod depots;
mod keepers;
mod session;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .wrap(session::Sealed)
            .route("/depots/enter", web::post().to(depots::enter))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
