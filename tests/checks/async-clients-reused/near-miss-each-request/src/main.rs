mod tides;

use axum::{routing::get, Router};

#[tokio::main]
async fn main() {
    let client = reqwest::Client::new();
    let app = Router::new().route("/tide", get(tides::tide)).with_state(client);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
