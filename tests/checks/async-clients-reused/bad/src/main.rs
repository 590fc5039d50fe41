mod cache;
mod hooks;

use axum::{routing::{get, post}, Router};

#[tokio::main]
async fn main() {
    let shared = reqwest::Client::builder().build().unwrap();
    let app = Router::new()
        .route("/hooks", post(hooks::deliver))
        .route("/hooks/all", post(hooks::deliver_all))
        .route("/notices/{id}", get(cache::notice))
        .with_state(shared);
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
