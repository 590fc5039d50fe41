use std::time::Duration;

use reqwest::Client;

pub async fn deliver(body: String) -> &'static str {
    let client = Client::new();
    client.post("https://hooks.example").body(body).send().await.unwrap();
    "sent"
}

pub async fn deliver_all(urls: axum::Json<Vec<String>>) -> &'static str {
    for url in urls.iter() {
        let client = Client::builder().timeout(Duration::from_secs(3)).build().unwrap();
        let _ = client.post(url).send().await;
    }
    "sent"
}
