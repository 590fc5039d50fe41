//! Everything that the parcel service answers.
use actix_web::{get, web, HttpResponse, Responder};

pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/v1")
            .service(status)
            .route("/parcels", web::get().to(list))
            .service(web::resource("/parcels/{id}").route(web::get().to(show)).route(web::delete().to(cancel))),
    );
    // .route("/healthz", web::get().to(status))   moved below /v1
}

#[get("/status")]
async fn status() -> impl Responder {
    HttpResponse::Ok().body("ok")
}

async fn list() -> impl Responder { HttpResponse::Ok() }
async fn show(id: web::Path<String>) -> impl Responder { HttpResponse::Ok().body(id.into_inner()) }
async fn cancel(_id: web::Path<String>) -> impl Responder { HttpResponse::NoContent() }
