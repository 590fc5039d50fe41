//! Which ship lies where.

gauges::gauge_set! {
    occupied: "berths with a ship",
    free: "berths without one",
}

#[derive(gauges::Gauge)]
pub struct Draught(pub f64);

#[cfg(test)]
mod tests {
    progenitor::generate_api!(spec = "../../openapi/harbour.json");

    #[test]
    fn a_new_harbour_is_empty() {
        assert_eq!(super::occupied(), 0);
    }
}
