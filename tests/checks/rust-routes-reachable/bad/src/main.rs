use actix_web::{web, App, HttpResponse, HttpServer};

mod admin;
mod reports;

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            // everything public
            .service(
                web::scope("/api")
                    .route("/items", web::get().to(ok))
                    .route("/items/{id}", web::get().to(ok)),
            )
            // has a login of its own
            .service(web::scope("/api/admin").configure(admin::routes))
            .route("/api/version", web::get().to(ok))
            .configure(reports::routes)
            .configure(|cfg| {
                if std::env::var("BUOYS").is_ok() {
                    cfg.service(web::scope("/sea").route("/buoys", web::get().to(ok)));
                }
                cfg.service(web::scope("/sea").route("/lights", web::get().to(ok)));
            })
            .service(web::scope("/{tenant}").route("/items", web::get().to(ok)))
            .route("/health", web::get().to(ok))
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
