use actix_web::{get, web, HttpResponse};

#[get("/daily")]
async fn daily() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/items")]
async fn items() -> HttpResponse {
    HttpResponse::Ok().finish()
}

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::scope("/api").service(daily).service(items));
}
