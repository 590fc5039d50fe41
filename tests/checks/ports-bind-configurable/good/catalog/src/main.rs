mod settings;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let settings = settings::Settings::from_env();
    println!("catalog on {}", settings.port);
    HttpServer::new(|| App::new().route("/books", web::get().to(|| async { "[]" })))
        .workers(2)
        .bind(("0.0.0.0", settings.port))?
        .run()
        .await
}
