use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::schema::{berths, bookings, harbours};

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = harbours)]
pub struct Harbour {
    pub id: Uuid,
    pub name: String,
    pub country: String,
}

#[derive(AsChangeset, Deserialize)]
#[diesel(table_name = harbours)]
pub struct HarbourChange {
    pub name: String,
    pub country: String,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = berths)]
pub struct Berth {
    pub id: Uuid,
    pub label: String,
    pub max_length_cm: i32,
    pub night_price_cents: i32,
}

#[derive(Deserialize, Insertable)]
#[diesel(table_name = berths)]
pub struct NewBerth {
    pub label: String,
    pub max_length_cm: i32,
    pub night_price_cents: i32,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = bookings)]
pub struct Booking {
    pub id: Uuid,
    pub berth_id: Uuid,
    pub arrives_on: NaiveDate,
    pub leaves_on: NaiveDate,
    pub status: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Deserialize, Insertable)]
#[diesel(table_name = bookings)]
pub struct NewBooking {
    pub berth_id: Uuid,
    pub skipper_email: String,
    pub arrives_on: NaiveDate,
    pub leaves_on: NaiveDate,
}
