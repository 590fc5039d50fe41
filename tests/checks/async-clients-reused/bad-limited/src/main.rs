use std::sync::LazyLock;
use std::time::Duration;

use axum::{routing::get, Router};
use tower_http::timeout::TimeoutLayer;

static HTTP: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

async fn tides() -> String {
    let found = HTTP.get("https://tides.example.com").send().await;
    format!("{}", found.is_ok())
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/tides", get(tides))
        .layer(TimeoutLayer::new(Duration::from_secs(30)));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
