mod outlets;
mod queue;
mod sweeper;

use axum::{routing::post, Json, Router};
use futures::future::join_all;

async fn notify(Json(urls): Json<Vec<String>>) -> &'static str {
    for url in urls {
        tokio::spawn(async move { deliver(&url).await });
    }
    "accepted"
}

async fn prices(Json(carriers): Json<Vec<String>>) -> Json<Vec<u32>> {
    let found = join_all(carriers.iter().map(|carrier| fetch_price(carrier))).await;
    Json(found)
}

async fn tracks(Json(numbers): Json<Vec<String>>) -> Json<usize> {
    let mut waiting = Vec::new();
    for number in &numbers {
        waiting.push(fetch_price(number));
    }
    Json(futures::future::join_all(waiting).await.len())
}

async fn deliver(url: &str) {
    let _ = http().post(url).send().await;
}

async fn fetch_price(carrier: &str) -> u32 {
    let answer = http().get(carrier).send().await.unwrap();
    answer.json().await.unwrap_or(0)
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/notify", post(notify))
        .route("/prices", post(prices))
        .route("/tracks", post(tracks))
        .route("/events", post(queue::event))
        .route("/tell", post(outlets::tell));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
