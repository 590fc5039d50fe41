mod keys;
mod store;
mod watch;

use axum::{routing::get, Router};

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/metrics", get(watch::metrics))
        .route("/ready", get(watch::ready))
        .route("/lamp", get(keys::lamp));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
