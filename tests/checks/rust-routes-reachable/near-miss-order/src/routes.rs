use actix_web::{guard, web, HttpResponse};

pub fn register(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/sessions")
            // The word comes first, and another method is another route.
            .route("/others", web::delete().to(done))
            .route("/{id}", web::delete().to(one))
            .route("/all", web::get().to(done))
            // Numbers alone.
            .route("/{number:\\d+}/log", web::get().to(one))
            .route("/newest/log", web::get().to(done))
            // More segments.
            .route("/{id}/a/b", web::get().to(one))
            .route("/x/a", web::get().to(done))
            .service(
                web::resource("/{id}/tide")
                    .guard(guard::Header("x-kind", "tide"))
                    .route(web::get().to(one)),
            )
            .route("/low/tide", web::get().to(done)),
    );
}

async fn one(_id: web::Path<String>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
