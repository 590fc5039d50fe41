use actix_web::{web, HttpResponse, Responder};
use diesel::prelude::*;

use crate::{db::PgPool, errors::ApiError};

pub async fn live() -> impl Responder {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

pub async fn ready(pool: web::Data<PgPool>) -> Result<HttpResponse, ApiError> {
    web::block(move || -> Result<(), ApiError> {
        let mut connection = pool.get()?;
        diesel::sql_query("SELECT 1").execute(&mut connection)?;
        Ok(())
    })
    .await??;
    Ok(HttpResponse::Ok().finish())
}
