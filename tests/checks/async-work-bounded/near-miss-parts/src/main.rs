use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::{http::StatusCode, routing::post, Json, Router};
use futures::future::{join_all, try_join_all};
use tokio::sync::{broadcast, mpsc};
use tokio::time::timeout;

#[async_trait::async_trait]
trait Source: Send + Sync {
    async fn fetch_prices(&self, berth: &str) -> Vec<u32>;
}

struct Quotes {
    /// What is configured: two or three of them.
    sources: Vec<Box<dyn Source>>,
    requests: mpsc::UnboundedSender<String>,
    answers: broadcast::Sender<(String, u32)>,
    outbox: Outbox,
}

impl Quotes {
    async fn all(&self, berth: &str) -> usize {
        join_all(self.sources.iter().map(|source| source.fetch_prices(berth))).await.len()
    }

    /// Waits until the worker that gathers questions has answered this one.
    async fn one(&self, berth: String) -> Option<u32> {
        let mut answers = self.answers.subscribe();
        self.requests.send(berth.clone()).ok()?;
        timeout(Duration::from_secs(2), async {
            loop {
                if let Ok((asked, price)) = answers.recv().await {
                    if asked == berth {
                        return price;
                    }
                }
            }
        })
        .await
        .ok()
    }
}

struct Outbox;

impl Outbox {
    /// Puts a message into the buffer of the connection; the receipt comes later.
    async fn put(&self, _berth: &str) -> Receipt {
        tokio::task::yield_now().await;
        Receipt
    }
}

struct Receipt;

/// Asks the harbours of a route.
///
/// A route has at most five harbours, so all are asked at once.
async fn route(Json(harbours): Json<Vec<String>>) -> usize {
    join_all(harbours.iter().map(|harbour| fetch(harbour))).await.len()
}

async fn book(State(quotes): State<Arc<Quotes>>, Json(berths): Json<Vec<String>>) -> StatusCode {
    let mut sent = Vec::new();
    for berth in &berths {
        let receipt = confirm(quotes.outbox.put(berth).await);
        sent.push(async move { timeout(Duration::from_secs(3), receipt).await });
    }
    try_join_all(sent).await.map(|_| StatusCode::OK).unwrap_or(StatusCode::GATEWAY_TIMEOUT)
}

async fn confirm(_receipt: Receipt) {}

async fn prices(State(quotes): State<Arc<Quotes>>, Json(berth): Json<String>) -> String {
    let best = quotes.one(berth.clone()).await;
    format!("{} {best:?}", quotes.all(&berth).await)
}

async fn fetch(harbour: &str) -> String {
    reqwest::get(harbour).await.unwrap().text().await.unwrap()
}

#[tokio::main]
async fn main() {
    let (requests, _worker) = mpsc::unbounded_channel();
    let (answers, _) = broadcast::channel(64);
    let quotes = Quotes { sources: Vec::new(), requests, answers, outbox: Outbox };
    let app = Router::new()
        .route("/route", post(route))
        .route("/book", post(book))
        .route("/prices", post(prices))
        .with_state(Arc::new(quotes));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
