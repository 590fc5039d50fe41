use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::{extract::{Path, State}, routing::get, Router};
use dashmap::DashMap;

#[derive(Clone)]
struct Qualities(Arc<Inner>);

struct Inner {
    lamp_cache: DashMap<String, Instant>,
    longest: Duration,
}

impl Qualities {
    fn seen(&self, lamp_id: String) {
        self.0
            .lamp_cache
            .insert(lamp_id, Instant::now());
    }

    /// What is older than that is thrown out, every minute.
    fn evict_outdated(&self) {
        let now = Instant::now();
        self.0
            .lamp_cache
            .retain(|_, at| now.duration_since(*at) < self.0.longest);
    }
}

async fn lamp(Path(id): Path<String>, State(qualities): State<Qualities>) -> &'static str {
    qualities.seen(id);
    "lit"
}

#[tokio::main]
async fn main() {
    let inner = Inner { lamp_cache: DashMap::new(), longest: Duration::from_secs(60) };
    let qualities = Qualities(Arc::new(inner));
    let again = qualities.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(60)).await;
            again.evict_outdated();
        }
    });
    let app = Router::new().route("/lamps/{id}", get(lamp)).with_state(qualities);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
