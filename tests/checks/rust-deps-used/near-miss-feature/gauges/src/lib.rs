/// A label becomes a metric's name by what the feature of its crate adds.
pub fn tick() {
    metrics::counter!("ticks", "zone" => metrics::SharedString::from(clock::zone())).increment(1);
}

#[cfg(all(test, feature = "frozen"))]
mod tests {
    #[test]
    fn it_ticks() {
        gauges::tick();
    }
}
