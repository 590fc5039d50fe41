mod berths;
mod tides;

use axum::{routing::get, routing::post, Router};

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/berths", post(berths::book::book))
        .route("/berths/free", get(berths::free::free))
        .route("/berths/moor", post(berths::moor::moor))
        .route("/tides", get(tides::tides));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
