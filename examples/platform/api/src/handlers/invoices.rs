use actix_web::{web, HttpResponse};
use diesel::prelude::*;
use uuid::Uuid;

use crate::db::PgPool;
use crate::errors::ApiError;
use crate::models::Booking;
use crate::schema::bookings;

/// What a skipper has to pay for one booking.
pub async fn invoice(
    pool: web::Data<PgPool>,
    booking: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let found = web::block(move || -> Result<Booking, ApiError> {
        let mut connection = pool.get()?;
        Ok(bookings::table
            .find(booking.into_inner())
            .select(Booking::as_select())
            .first(&mut connection)?)
    })
    .await??;
    let nights = (found.leaves_on - found.arrives_on).num_days();
    Ok(HttpResponse::Ok().json(serde_json::json!({ "nights": nights })))
}
