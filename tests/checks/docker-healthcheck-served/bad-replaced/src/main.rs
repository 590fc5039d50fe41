use actix_web::{web, App, HttpResponse, HttpServer};

async fn berths() -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .service(web::scope("/api").route("/berths", web::get().to(berths)))
            .service(web::scope("/api").route("/health", web::get().to(health)))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
