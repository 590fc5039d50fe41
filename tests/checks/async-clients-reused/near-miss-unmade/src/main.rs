mod relay;

use axum::{routing::get, Router};

async fn tides() -> &'static str {
    "low"
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/tides", get(tides));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
