use std::sync::Arc;

use axum::{routing::post, Json, Router};
use tokio::sync::{mpsc, Semaphore};

async fn notify(Json(urls): Json<Vec<String>>) -> &'static str {
    let permits = Arc::new(Semaphore::new(8));
    for url in urls {
        let permit = permits.clone().acquire_owned().await.unwrap();
        tokio::spawn(async move {
            deliver(&url).await;
            drop(permit);
        });
    }
    "accepted"
}

async fn deliver(_url: &str) {}

#[tokio::main]
async fn main() {
    let (_sender, _receiver) = mpsc::channel::<String>(256);
    for worker in 0..4 {
        tokio::spawn(async move { worker });
    }
    let app = Router::new().route("/notify", post(notify));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
