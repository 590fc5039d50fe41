use actix_web::{web, HttpResponse};
use diesel::dsl::count_star;
use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::db::PgPool;
use crate::errors::ApiError;
use crate::schema::{berths, bookings, harbours};

const HARBOURS: i64 = 500;

#[derive(Serialize)]
pub struct Line {
    harbour: String,
    bookings: i64,
}

/// Bookings of the season by harbour.
pub async fn season(pool: web::Data<PgPool>) -> Result<HttpResponse, ApiError> {
    let lines = web::block(move || -> Result<Vec<Line>, ApiError> {
        let mut connection = pool.get()?;
        let all: Vec<(Uuid, String)> = harbours::table
            .select((harbours::id, harbours::name))
            .order(harbours::name.asc())
            .limit(HARBOURS)
            .load(&mut connection)?;
        let mut lines = Vec::with_capacity(all.len());
        for (id, name) in all {
            let count: i64 = bookings::table
                .inner_join(berths::table)
                .filter(berths::harbour_id.eq(id))
                .count()
                .get_result(&mut connection)?;
            lines.push(Line {
                harbour: name,
                bookings: count,
            });
        }
        Ok(lines)
    })
    .await??;
    Ok(HttpResponse::Ok().json(lines))
}

/// Berths by harbour: one query for all of them.
pub async fn sizes(pool: web::Data<PgPool>) -> Result<HttpResponse, ApiError> {
    let sizes = web::block(move || -> Result<Vec<(Uuid, i64)>, ApiError> {
        let mut connection = pool.get()?;
        Ok(berths::table
            .group_by(berths::harbour_id)
            .select((berths::harbour_id, count_star()))
            .limit(HARBOURS)
            .load(&mut connection)?)
    })
    .await??;
    Ok(HttpResponse::Ok().json(sizes))
}

/// How many berths are taken tonight.
pub async fn tonight(pool: web::Data<PgPool>) -> Result<HttpResponse, ApiError> {
    let today = chrono::Utc::now().date_naive();
    let mut connection = pool.get()?;
    let taken: i64 = bookings::table
        .filter(bookings::status.ne("cancelled"))
        .filter(bookings::arrives_on.le(today))
        .filter(bookings::leaves_on.gt(today))
        .count()
        .get_result(&mut connection)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "taken": taken })))
}
