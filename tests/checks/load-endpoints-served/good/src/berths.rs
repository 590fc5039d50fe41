use actix_web::{web, HttpResponse};

pub async fn list() -> HttpResponse {
    HttpResponse::Ok().json(["north", "south"])
}

pub async fn one(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().json(id.into_inner())
}

pub async fn moor(id: web::Path<u32>) -> HttpResponse {
    HttpResponse::Created().json(id.into_inner())
}
