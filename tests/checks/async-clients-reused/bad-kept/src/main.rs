mod gauge;

use axum::{extract::State, routing::{get, post}, Router};
use gauge::Gauge;

async fn tide(State(gauge): State<Gauge>) -> String {
    gauge.read("tide").await
}

async fn again() -> String {
    Gauge::new().read("tide").await
}

#[tokio::main]
async fn main() {
    let gauge = Gauge::new();
    let app = Router::new()
        .route("/tide", get(tide))
        .route("/tide/again", post(again))
        .with_state(gauge);
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
