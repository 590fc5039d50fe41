pub static METERS: Registry = Registry::new();

pub async fn open(meter: &str) -> Rows {
    Rows::of(meter)
}

pub async fn probe(meter: String) {
    let _ = reqwest::get(format!("http://{meter}/")).await;
}
