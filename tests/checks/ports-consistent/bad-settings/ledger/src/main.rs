mod import;
mod settings;
mod shards;

use actix_web::{web, App, HttpServer};
use settings::Settings;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let settings = match Settings::from_env() {
        Ok(read) => read,
        Err(error) => panic!("{error}"),
    };
    let address = format!("{}:{}", settings.host, settings.port);
    HttpServer::new(|| App::new().route("/entries", web::get().to(|| async { "[]" })))
        .bind(&address)?
        .run()
        .await
}
