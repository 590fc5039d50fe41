mod heartbeat;
mod peers;
mod search;
mod sign_in;

use axum::{routing::get, Router};

async fn versions() -> String {
    let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
    client.get("https://releases.example.com").send().await.unwrap().text().await.unwrap()
}

pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let known = peers::peers("https://peers.example.com").await.unwrap();
    println!("{known}");
    let heartbeat = heartbeat::Heartbeat::new();
    heartbeat.start();
    let app = Router::new()
        .route("/sign-in/harbour", get(sign_in::harbour::finish))
        .route("/sign-in/port", get(sign_in::port::finish))
        .route("/search", get(search::search))
        .route("/admin/versions", get(versions));
    let socket = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(socket, app).await.unwrap();
}
