use std::sync::Arc;

use axum::extract::State;
use axum::{http::StatusCode, routing::post, Json, Router};
use futures::{future::{join_all, try_join_all}, stream, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

const CARRIERS: [&str; 3] = ["north", "south", "west"];

/// One task per request.
async fn log(body: String) -> StatusCode {
    tokio::spawn(async move { fetch(&body).await });
    StatusCode::ACCEPTED
}

async fn quotes() -> usize {
    let fixed = join_all(vec![fetch("north"), fetch("south")]).await;
    let listed = join_all(CARRIERS.iter().map(|carrier| fetch(carrier))).await;
    for carrier in ["north", "south"] {
        tokio::spawn(async move { fetch(carrier).await });
    }
    for _ in 0..3 {
        tokio::spawn(async { fetch("retry").await });
    }
    fixed.len() + listed.len()
}

async fn streamed(Json(urls): Json<Vec<String>>) -> usize {
    stream::iter(urls).map(|url| async move { fetch(&url).await }).buffer_unordered(8).count().await
}

async fn chunked(Json(urls): Json<Vec<String>>) -> usize {
    let mut sum = 0;
    for few in urls.chunks(10) {
        sum += join_all(few.iter().map(|url| fetch(url))).await.len();
    }
    sum
}

async fn counted(Json(urls): Json<Vec<String>>) -> StatusCode {
    if urls.len() > 20 {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    join_all(urls.iter().map(|url| fetch(url))).await;
    StatusCode::OK
}

async fn drained(Json(urls): Json<Vec<String>>) -> usize {
    let mut set = JoinSet::new();
    let mut sum = 0;
    for url in urls {
        if set.len() >= 8 {
            sum += set.join_next().await.unwrap().unwrap();
        }
        set.spawn(async move { fetch(&url).await });
    }
    sum
}

async fn sequential(Json(urls): Json<Vec<String>>) -> StatusCode {
    for url in urls {
        tokio::spawn(async move { fetch(&url).await }).await.unwrap();
    }
    StatusCode::OK
}

/// Pure computing: nothing outside is asked.
async fn labels(Json(names): Json<Vec<String>>) -> usize {
    try_join_all(names.iter().map(|name| label(name))).await.map(|all| all.len()).unwrap_or(0)
}

/// The request waits for its answer: one message of each.
struct Board {
    commands: mpsc::UnboundedSender<oneshot::Sender<usize>>,
}

impl Board {
    async fn ask(&self) -> usize {
        let (answer, wait) = oneshot::channel();
        self.commands.send(answer).unwrap();
        wait.await.unwrap()
    }
}

async fn fetch(name: &str) -> usize {
    http().get(name).send().await.map(|answer| answer.len()).unwrap_or(0)
}

async fn label(name: &str) -> Result<usize, ()> {
    Ok(name.len())
}

/// The answer to one question comes back through a channel of its own.
async fn sealed(Json(secret): Json<String>) -> String {
    let (answer, answers) = flume::unbounded();
    SEALERS.get().unwrap().send_async(Question { secret, answer }).await.unwrap();
    answers.recv_async().await.unwrap_or_default()
}

#[tokio::main]
async fn main() {
    let listeners = ["0.0.0.0:3000"];
    for address in listeners {
        tokio::spawn(async move { tokio::net::TcpListener::bind(address).await });
    }
    let app = Router::new()
        .route("/log", post(log))
        .route("/quotes", post(quotes))
        .route("/streamed", post(streamed))
        .route("/chunked", post(chunked))
        .route("/counted", post(counted))
        .route("/drained", post(drained))
        .route("/sequential", post(sequential))
        .route("/labels", post(labels))
        .route("/sealed", post(sealed))
        .route("/parcels", post(parcels))
        .route("/mirrors", post(mirrors))
        .route("/checked", post(checked));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many() {
        let (sender, _receiver) = mpsc::unbounded_channel();
        sender.send(1).unwrap();
        let urls: Vec<String> = Vec::new();
        join_all(urls.iter().map(|url| fetch(url))).await;
    }
}

// What is run for each element only computes, or takes a lock: nothing waits outside.

pub struct Parcel {
    pub id: u64,
    pub carrier: String,
}

impl Parcel {
    pub async fn shown(self, shelf: &Shelf) -> String {
        let labels = shelf.labels.lock().await;
        labels.get(&self.id).cloned().unwrap_or(self.carrier)
    }
}

pub struct Shelf {
    labels: tokio::sync::Mutex<std::collections::HashMap<u64, String>>,
    readers: std::sync::Mutex<Vec<String>>,
}

async fn load_parcels() -> Vec<Parcel> {
    Vec::new()
}

async fn parcels(State(shelf): State<Arc<Shelf>>) -> String {
    let shown = join_all(load_parcels().await.into_iter().map(|parcel| async {
        parcel.shown(&shelf).await
    }))
    .await;
    shown.join("\n")
}

impl Shelf {
    /// What was let in one by one.
    pub async fn shutdown(&self) {
        for reader in self.readers.lock().unwrap().drain(..) {
            tokio::spawn(async move { fetch(&reader).await });
        }
    }
}

/// Nobody can send into it.
fn silence() -> mpsc::UnboundedReceiver<u64> {
    let (_, quiet) = mpsc::unbounded_channel();
    quiet
}

const MIRRORS: [&str; 3] = ["north", "south", "west"];

// constants, and what who runs the program has written
async fn mirrors(State(shelf): State<Arc<Shelf>>) {
    for mirror in MIRRORS.iter().copied() {
        tokio::spawn(async move { fetch(mirror).await });
    }
    let urls = shelf.settings.mirrors.clone();
    for url in urls {
        tokio::spawn(async move { fetch(&url).await });
    }
}

// refused beyond a hundred
async fn checked(Json(urls): Json<Vec<String>>) {
    let few = urls.len() <= 100;
    assert!(few);
    for url in urls {
        tokio::spawn(async move { fetch(&url).await });
    }
}
