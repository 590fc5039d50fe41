use std::time::Duration;

use axum::extract::State;
use reqwest::Client;

pub async fn tide(State(client): State<Client>) -> String {
    let asked = client
        .get("http://tides.local/now")
        .timeout(Duration::from_secs(5))
        .send()
        .await;
    asked.unwrap().text().await.unwrap()
}
