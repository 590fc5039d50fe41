#![deny(clippy::unwrap_used, clippy::panic)]

use axum::{routing::get, Router};
use hyper::client::conn::http1;

pub fn probe() -> http1::Builder {
    http1::Builder::new()
}

pub fn app() -> Router {
    Router::new().route("/health", get(|| async { "up" }))
}

fn main() {}
