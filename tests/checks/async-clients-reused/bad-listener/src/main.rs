mod listener;

use axum::{routing::get, Router};

async fn tide() -> String {
    let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
    let answer = client.get("https://tides.example.com/now").send().await.unwrap();
    answer.text().await.unwrap()
}

pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let hook = listener::Hook { url: "https://hooks.example.com".into() };
    tokio::spawn(gauges::listen(hook));
    let app = Router::new().route("/tide", get(tide));
    let socket = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(socket, app).await.unwrap();
}
