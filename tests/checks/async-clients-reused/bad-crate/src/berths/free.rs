use std::time::Duration;

pub async fn free() -> &'static str {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build().unwrap();
    let _ = client.get("https://berths.example/free").send().await;
    "done"
}
