mod berths;
mod workers;

use axum::{routing::{get, post}, Router};

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/berths", get(berths::list_berths))
        .route("/berths/busiest", get(berths::busiest))
        .route("/moorings", post(berths::moor_all))
        .route("/tariffs/recalculate", post(berths::recalculate));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7400").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
