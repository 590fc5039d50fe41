use actix_web::{web, HttpResponse};

use crate::db::DbPool;
use crate::parcels;

pub async fn list(pool: web::Data<DbPool>) -> HttpResponse {
    let heaviest = {
        let mut conn = pool.get().unwrap();
        parcels::heaviest(&mut conn)
    };
    HttpResponse::Ok().json(heaviest.unwrap_or_default())
}
