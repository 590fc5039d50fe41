mod lists;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().route("/lists", web::get().to(lists::my_lists)))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
