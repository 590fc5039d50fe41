use actix_web::{web, App, HttpResponse, HttpServer};

mod berths;

async fn health() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new().service(
            web::scope("/api")
                .route("/health", web::get().to(health))
                .service(
                    web::scope("/berths")
                        .route("", web::get().to(berths::list))
                        .route("/{id}", web::get().to(berths::one))
                        .route("/{id}/moor", web::post().to(berths::moor)),
                ),
        )
    })
    .bind(("0.0.0.0", 8085))?
    .run()
    .await
}
