use actix_web::{guard, web, App, HttpResponse, HttpServer};

async fn ok() -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn public(cfg: &mut web::ServiceConfig) {
    // a prefix ends at a slash: /apiary is not below /api
    cfg.service(web::scope("/api").route("/items", web::get().to(ok)))
        .route("/apiary", web::get().to(ok));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let legacy = std::env::var("LEGACY").is_ok();
    let metrics = HttpServer::new(|| {
        App::new().service(web::scope("/internal").route("/metrics", web::get().to(ok)))
    })
    .bind("127.0.0.1:9100")?;
    HttpServer::new(move || {
        App::new()
            // a slash at the end is an empty segment: neither takes what lies below
            .service(web::scope("/").route("", web::get().to(ok)))
            .service(web::scope("/c").service(web::scope("/").route("", web::get().to(ok)))
                .service(web::scope("/d").route("/items", web::get().to(ok))))
            .service(
                web::scope("/v1")
                    .guard(guard::Header("x-api", "old"))
                    .route("/items", web::get().to(ok)),
            )
            .service(web::scope("/v1").route("/orders", web::get().to(ok)))
            .configure(|cfg| {
                if legacy {
                    cfg.service(web::scope("/old").route("/a", web::get().to(ok)));
                } else {
                    cfg.service(web::scope("/old").route("/b", web::get().to(ok)));
                }
            })
            // other parents
            .service(web::scope("/a").service(web::scope("/x").route("/1", web::get().to(ok))))
            .service(web::scope("/b").service(web::scope("/x").route("/2", web::get().to(ok))))
            .configure(public)
            .service(web::scope("/internal").route("/state", web::get().to(ok)))
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
