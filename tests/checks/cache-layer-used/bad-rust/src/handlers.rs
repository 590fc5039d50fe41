use crate::cache::ClinicCache;
use actix_web::{web, HttpResponse};

pub async fn list_rooms(cache: web::Data<ClinicCache>) -> HttpResponse {
    if let Some(hit) = cache.get("rooms:all") {
        return HttpResponse::Ok().body(hit);
    }
    let rooms = "[]";
    cache.set("rooms:all", rooms, 600);
    HttpResponse::Ok().body(rooms)
}

pub async fn show_room(cache: web::Data<ClinicCache>, id: web::Path<u32>) -> HttpResponse {
    let key = format!("room:{}", id);
    match cache.get(&key) {
        Some(hit) => HttpResponse::Ok().body(hit),
        None => HttpResponse::NotFound().finish(),
    }
}

pub async fn create_room(pool: web::Data<sqlx::PgPool>, name: String) -> HttpResponse {
    let made = sqlx::query("INSERT INTO rooms (name) VALUES ($1)").bind(name).execute(pool.get_ref());
    match made.await {
        Ok(_) => HttpResponse::Created().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
