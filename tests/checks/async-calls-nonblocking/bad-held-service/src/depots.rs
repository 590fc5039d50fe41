use actix_web::{web, HttpResponse};

use crate::keepers::{is_same, keeper};

pub async fn enter(body: web::Json<Entry>) -> HttpResponse {
    match keeper(&body.name) {
        Some(one) if is_same(&one.hash, &body.word) => HttpResponse::Ok().body(one.name),
        _ => HttpResponse::Unauthorized().finish(),
    }
}

pub struct Entry {
    pub name: String,
    pub word: String,
}
