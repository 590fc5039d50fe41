use std::time::Duration;

pub async fn tides() -> &'static str {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build().unwrap();
    let _ = client.get("https://tides.example/today").send().await;
    "done"
}
