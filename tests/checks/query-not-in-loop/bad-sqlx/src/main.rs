mod trees;

use actix_web::{App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(trees::list_rows).service(trees::label_all))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
