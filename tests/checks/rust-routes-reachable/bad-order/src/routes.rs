use actix_web::{delete, get, web, HttpResponse};

pub fn register(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/sessions")
            .route("/{id}", web::delete().to(end_one))
            .route("/others", web::get().to(list_others))
            .route("/others", web::delete().to(end_others)),
    );
    cfg.service(
        web::scope("/boats")
            .service(boat)
            .service(newest_boat),
    );
}

async fn end_one(_id: web::Path<String>) -> HttpResponse {
    HttpResponse::NoContent().finish()
}

async fn list_others() -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn end_others() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

#[get("/{id}/log")]
async fn boat(_id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/newest/log")]
async fn newest_boat() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[delete("/{id}")]
async fn _unused(_id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().finish()
}
