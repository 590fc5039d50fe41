use actix_web::{web, HttpResponse};
use diesel::prelude::*;
use redis::aio::ConnectionManager;
use redis::AsyncCommands;
use serde::Deserialize;
use uuid::Uuid;

use crate::cache::Cache;
use crate::db::PgPool;
use crate::errors::ApiError;
use crate::models::{Booking, NewBooking};
use crate::schema::bookings;
use crate::validation::is_mail_address;

const PAGE: i64 = 50;
const KEPT_SECONDS: u64 = 300;
const MAIL_QUEUE: &str = "tidewater:mail";

#[derive(Deserialize)]
pub struct ByBerth {
    berth: Uuid,
}

pub async fn list(
    pool: web::Data<PgPool>,
    cache: web::Data<Cache>,
    query: web::Query<ByBerth>,
) -> Result<HttpResponse, ApiError> {
    let berth = query.berth;
    let key = format!("bookings:{berth}");
    if let Some(body) = cache.get(&key).await? {
        return Ok(HttpResponse::Ok()
            .content_type("application/json")
            .body(body));
    }
    let found = web::block(move || -> Result<Vec<Booking>, ApiError> {
        let mut connection = pool.get()?;
        Ok(bookings::table
            .filter(bookings::berth_id.eq(berth))
            .order(bookings::arrives_on.asc())
            .limit(PAGE)
            .select(Booking::as_select())
            .load(&mut connection)?)
    })
    .await??;
    cache
        .set(&key, &serde_json::to_string(&found)?, KEPT_SECONDS)
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

pub async fn create(
    pool: web::Data<PgPool>,
    cache: web::Data<Cache>,
    queue: web::Data<ConnectionManager>,
    wanted: web::Json<NewBooking>,
) -> Result<HttpResponse, ApiError> {
    if !is_mail_address(&wanted.skipper_email) {
        return Err(ApiError::Invalid("the mail address is none"));
    }
    let booking = web::block(move || -> Result<Booking, ApiError> {
        let mut connection = pool.get()?;
        Ok(diesel::insert_into(bookings::table)
            .values(wanted.into_inner())
            .returning(Booking::as_returning())
            .get_result(&mut connection)?)
    })
    .await??;
    cache
        .forget(&format!("bookings:{}", booking.berth_id))
        .await?;
    let mut queue = queue.get_ref().clone();
    let _: i64 = queue.rpush(MAIL_QUEUE, booking.id.to_string()).await?;
    Ok(HttpResponse::Created().json(booking))
}

pub async fn cancel(
    pool: web::Data<PgPool>,
    cache: web::Data<Cache>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let berth = web::block(move || -> Result<Uuid, ApiError> {
        let mut connection = pool.get()?;
        Ok(diesel::update(bookings::table.find(id))
            .set(bookings::status.eq("cancelled"))
            .returning(bookings::berth_id)
            .get_result(&mut connection)?)
    })
    .await??;
    cache.forget(&format!("bookings:{berth}")).await?;
    Ok(HttpResponse::NoContent().finish())
}
