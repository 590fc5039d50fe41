#![deny(clippy::unwrap_used, clippy::panic)]

use axum::{routing::get, Router};
use hyper::client::conn::http1;

pub fn probe() -> http1::Builder {
    http1::Builder::new()
}

pub fn app() -> Router {
    Router::new().route("/health", get(|| async { "up" }))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    axum::serve(listener, app()).await
}
