mod states;

use actix_web::{web, App, HttpResponse, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/begin", web::post().to(begin))
            .route("/finish", web::post().to(finish))
            .route("/forget", web::post().to(forget))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

async fn begin() -> HttpResponse {
    states::store("a").await;
    HttpResponse::Ok().finish()
}

async fn finish() -> HttpResponse {
    HttpResponse::Ok().body(states::read("a").await.to_string())
}

async fn forget() -> HttpResponse {
    states::remove("a").await;
    HttpResponse::Ok().finish()
}
