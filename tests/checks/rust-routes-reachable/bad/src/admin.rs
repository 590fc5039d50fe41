use actix_web::{web, HttpResponse};

async fn users() -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/users", web::get().to(users))
        .route("/users/{id}", web::delete().to(users));
}
