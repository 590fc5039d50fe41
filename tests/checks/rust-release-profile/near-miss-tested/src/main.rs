use actix_web::{get, App, HttpResponse, HttpServer};

#[get("/tide")]
async fn tide() -> HttpResponse {
    HttpResponse::Ok().body("low")
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(tide)).bind("0.0.0.0:8080")?.run().await
}
