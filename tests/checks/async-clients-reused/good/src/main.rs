use std::time::Duration;

use axum::{extract::State, routing::post, Router};

async fn deliver(State(http): State<reqwest::Client>, body: String) -> &'static str {
    http.post("https://hooks.example").body(body).send().await.unwrap();
    "sent"
}

#[tokio::main]
async fn main() {
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(2))
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let app = Router::new().route("/hooks", post(deliver)).with_state(http);
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
