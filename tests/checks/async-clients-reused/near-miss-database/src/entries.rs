use actix_web::{web, HttpResponse};

use crate::state::{lazily, pool, Guests};

pub async fn count() -> HttpResponse {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM entries").fetch_one(pool().await).await.unwrap();
    HttpResponse::Ok().json(count)
}

pub async fn guests(state: web::Data<Guests>) -> HttpResponse {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM guests").fetch_one(&state.pool).await.unwrap();
    HttpResponse::Ok().json((count, lazily().size()))
}
