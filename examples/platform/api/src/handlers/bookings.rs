use actix_web::{web, HttpResponse};
use diesel::prelude::*;
use redis::aio::ConnectionManager;
use redis::AsyncCommands;
use serde::Deserialize;
use uuid::Uuid;

use crate::db::PgPool;
use crate::errors::ApiError;
use crate::models::{Booking, NewBooking};
use crate::schema::bookings;

const PAGE: i64 = 50;
const MAIL_QUEUE: &str = "tidewater:mail";

#[derive(Deserialize)]
pub struct ByBerth {
    berth: Uuid,
}

pub async fn list(
    pool: web::Data<PgPool>,
    query: web::Query<ByBerth>,
) -> Result<HttpResponse, ApiError> {
    let found = web::block(move || -> Result<Vec<Booking>, ApiError> {
        let mut connection = pool.get()?;
        Ok(bookings::table
            .filter(bookings::berth_id.eq(query.berth))
            .order(bookings::arrives_on.asc())
            .limit(PAGE)
            .select(Booking::as_select())
            .load(&mut connection)?)
    })
    .await??;
    Ok(HttpResponse::Ok().json(found))
}

pub async fn create(
    pool: web::Data<PgPool>,
    queue: web::Data<ConnectionManager>,
    wanted: web::Json<NewBooking>,
) -> Result<HttpResponse, ApiError> {
    let booking = web::block(move || -> Result<Booking, ApiError> {
        let mut connection = pool.get()?;
        Ok(diesel::insert_into(bookings::table)
            .values(wanted.into_inner())
            .returning(Booking::as_returning())
            .get_result(&mut connection)?)
    })
    .await??;
    let mut queue = queue.get_ref().clone();
    let _: i64 = queue.rpush(MAIL_QUEUE, booking.id.to_string()).await?;
    Ok(HttpResponse::Created().json(booking))
}

pub async fn cancel(
    pool: web::Data<PgPool>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let changed = web::block(move || -> Result<usize, ApiError> {
        let mut connection = pool.get()?;
        Ok(diesel::update(bookings::table.find(id))
            .set(bookings::status.eq("cancelled"))
            .execute(&mut connection)?)
    })
    .await??;
    if changed == 0 {
        return Err(ApiError::NotFound);
    }
    Ok(HttpResponse::NoContent().finish())
}
