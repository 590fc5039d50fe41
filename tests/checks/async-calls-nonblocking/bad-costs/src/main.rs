mod crypto;
mod listener;

use axum::{routing::post, Router};

#[tokio::main]
async fn main() {
    listener::start();
    let app = Router::new().route("/accounts", post(create));
    let socket = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(socket, app).await.unwrap();
}

async fn create(password: String) -> String {
    crypto::hash_password(&password)
}

async fn enter(password: String) -> String {
    crypto::verify_password(&password, "$2b$04$").to_string()
}

pub fn entrance() -> Router {
    Router::new().route("/entrance", post(enter))
}
