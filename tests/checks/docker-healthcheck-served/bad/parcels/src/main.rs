use actix_web::{middleware::Logger, App, HttpServer};

mod routes;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .wrap(Logger::default())
            .configure(routes::configure)
    })
    .bind(("0.0.0.0", 7100))?
    .run()
    .await
}
