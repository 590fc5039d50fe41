use actix_web::{web, HttpResponse};
use diesel::prelude::*;
use uuid::Uuid;

use crate::cache::Cache;
use crate::db::PgPool;
use crate::errors::ApiError;
use crate::models::{Berth, Harbour, HarbourChange, NewBerth};
use crate::schema::{berths, harbours};
use crate::validation::{is_berth_label, is_country};

const PAGE: i64 = 100;
const KEPT_SECONDS: u64 = 900;

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

pub async fn one(
    pool: web::Data<PgPool>,
    cache: web::Data<Cache>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let key = format!("harbour:{id}");
    if let Some(body) = cache.get(&key).await? {
        return Ok(HttpResponse::Ok()
            .content_type("application/json")
            .body(body));
    }
    let found = web::block(move || -> Result<Harbour, ApiError> {
        let mut connection = pool.get()?;
        Ok(harbours::table
            .find(id)
            .select(Harbour::as_select())
            .first(&mut connection)?)
    })
    .await??;
    cache
        .set(&key, &serde_json::to_string(&found)?, KEPT_SECONDS)
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

pub async fn update(
    pool: web::Data<PgPool>,
    id: web::Path<Uuid>,
    change: web::Json<HarbourChange>,
) -> Result<HttpResponse, ApiError> {
    if !is_country(&change.country) {
        return Err(ApiError::Invalid("the country is a code of two letters"));
    }
    let id = id.into_inner();
    let changed = web::block(move || -> Result<Harbour, ApiError> {
        let mut connection = pool.get()?;
        Ok(diesel::update(harbours::table.find(id))
            .set(change.into_inner())
            .returning(Harbour::as_returning())
            .get_result(&mut connection)?)
    })
    .await??;
    Ok(HttpResponse::Ok().json(changed))
}

pub async fn berths(
    pool: web::Data<PgPool>,
    cache: web::Data<Cache>,
    harbour: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let harbour = harbour.into_inner();
    let key = format!("berths:{harbour}");
    if let Some(body) = cache.get(&key).await? {
        return Ok(HttpResponse::Ok()
            .content_type("application/json")
            .body(body));
    }
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
    cache
        .set(&key, &serde_json::to_string(&found)?, KEPT_SECONDS)
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

pub async fn add_berth(
    pool: web::Data<PgPool>,
    cache: web::Data<Cache>,
    harbour: web::Path<Uuid>,
    wanted: web::Json<NewBerth>,
) -> Result<HttpResponse, ApiError> {
    if !is_berth_label(&wanted.label) {
        return Err(ApiError::Invalid(
            "the label is one or two letters and a number",
        ));
    }
    let harbour = harbour.into_inner();
    let berth = web::block(move || -> Result<Berth, ApiError> {
        let mut connection = pool.get()?;
        Ok(diesel::insert_into(berths::table)
            .values((berths::harbour_id.eq(harbour), wanted.into_inner()))
            .returning(Berth::as_returning())
            .get_result(&mut connection)?)
    })
    .await??;
    cache.forget(&format!("berth:{harbour}")).await?;
    Ok(HttpResponse::Created().json(berth))
}

/// Everything there is to book, for the map.
pub async fn all_berths(pool: web::Data<PgPool>) -> Result<HttpResponse, ApiError> {
    let found = web::block(move || -> Result<Vec<Berth>, ApiError> {
        let mut connection = pool.get()?;
        Ok(berths::table
            .select(Berth::as_select())
            .order(berths::label.asc())
            .load(&mut connection)?)
    })
    .await??;
    Ok(HttpResponse::Ok().json(found))
}
