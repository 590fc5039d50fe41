use actix_web::{web, HttpResponse};
use diesel::prelude::*;

use crate::db::PgPool;
use crate::errors::ApiError;
use crate::schema::bookings;

/// Ends the season: whatever is still open after today is cancelled.
pub async fn close_season(pool: web::Data<PgPool>) -> Result<HttpResponse, ApiError> {
    let today = chrono::Utc::now().date_naive();
    let closed = web::block(move || -> Result<usize, ApiError> {
        let mut connection = pool.get()?;
        Ok(
            diesel::update(bookings::table.filter(bookings::arrives_on.gt(today)))
                .set(bookings::status.eq("cancelled"))
                .execute(&mut connection)?,
        )
    })
    .await??;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "cancelled": closed })))
}
