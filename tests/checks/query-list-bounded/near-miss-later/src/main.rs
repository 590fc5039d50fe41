mod ships;

use actix_web::{App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(ships::list_ships).service(ships::list_ports).service(ships::list_buoys))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
