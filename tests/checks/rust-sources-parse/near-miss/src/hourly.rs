// == Sketch, not used yet.

//! Berths that are booked by the hour.

pub struct HourlyBerth {
    pub hours: u8,
}
