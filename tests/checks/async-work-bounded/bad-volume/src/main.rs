mod desk;

use axum::{extract::State, routing::{get, post}, Json, Router};
use desk::Desk;

#[derive(serde::Deserialize)]
struct Calls {
    ships: Vec<String>,
}

async fn call(State(desk): State<Desk>, Json(calls): Json<Calls>) -> Json<usize> {
    let ships = calls.ships;
    Json(desk.hail(ships).await)
}

async fn all(State(desk): State<Desk>) -> Json<usize> {
    Json(desk.every().await)
}

async fn pilots(State(desk): State<Desk>) -> Json<usize> {
    Json(desk.pilots().await)
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/calls", post(call))
        .route("/ships", get(all))
        .route("/pilots", get(pilots))
        .with_state(Desk::default());
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
