use std::time::Duration;

pub async fn moor() -> &'static str {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build().unwrap();
    let _ = client.post("https://berths.example/moor").send().await;
    "done"
}
