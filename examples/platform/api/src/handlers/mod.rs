pub mod bookings;
pub mod harbours;
pub mod health;
pub mod payments;
