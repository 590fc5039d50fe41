use actix_web::{web, HttpResponse};
use diesel::prelude::*;
use uuid::Uuid;

use crate::db::PgPool;
use crate::errors::ApiError;
use crate::models::{Berth, Harbour};
use crate::schema::{berths, harbours};

const PAGE: i64 = 100;

pub async fn list(pool: web::Data<PgPool>) -> Result<HttpResponse, ApiError> {
    let found = web::block(move || -> Result<Vec<Harbour>, ApiError> {
        let mut connection = pool.get()?;
        Ok(harbours::table
            .select(Harbour::as_select())
            .order(harbours::name.asc())
            .limit(PAGE)
            .load(&mut connection)?)
    })
    .await??;
    Ok(HttpResponse::Ok().json(found))
}

pub async fn berths(
    pool: web::Data<PgPool>,
    harbour: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let harbour = harbour.into_inner();
    let found = web::block(move || -> Result<Vec<Berth>, ApiError> {
        let mut connection = pool.get()?;
        Ok(berths::table
            .filter(berths::harbour_id.eq(harbour))
            .select(Berth::as_select())
            .order(berths::label.asc())
            .limit(PAGE)
            .load(&mut connection)?)
    })
    .await??;
    Ok(HttpResponse::Ok().json(found))
}
