use actix_web::{web, App, HttpResponse, HttpServer};

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/api/version", web::get().to(ok))
            .service(web::scope("/api/admin").route("/users", web::get().to(ok)))
            .service(
                web::scope("/api")
                    .route("/items", web::get().to(ok))
                    .service(web::scope("").route("/orders", web::get().to(ok))),
            )
            .route("/health", web::get().to(ok))
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
