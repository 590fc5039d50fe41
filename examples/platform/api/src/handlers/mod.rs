pub mod admin;
pub mod bookings;
pub mod harbours;
pub mod health;
pub mod payments;
pub mod reports;
pub mod status;
pub mod tides;
