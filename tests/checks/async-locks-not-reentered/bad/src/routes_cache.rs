//! Routes between depots, kept in memory.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, RwLock};

#[derive(Default)]
pub struct Stats {
    hits: u64,
    misses: u64,
}

#[derive(Default)]
pub struct RouteCache {
    entries: Arc<RwLock<HashMap<String, String>>>,
    stats: Arc<RwLock<Stats>>,
    order: Mutex<Vec<String>>,
}

impl RouteCache {
    /// The temporary guard of the head lives in the body.
    pub async fn find(&self, key: &str) -> Option<String> {
        if let Some(found) = self.entries.read().await.get(key) {
            if found.is_empty() {
                self.entries.write().await.remove(key);
                return None;
            }
            return Some(found.clone());
        }
        None
    }

    /// Before edition 2024 it lives in the `else` too.
    pub async fn find_or_put(&self, key: &str) -> String {
        if let Some(found) = self.entries.read().await.get(key).cloned() {
            found
        } else {
            let made = key.to_uppercase();
            self.entries.write().await.insert(key.to_string(), made.clone());
            made
        }
    }

    pub async fn record(&self, hit: bool) {
        let mut stats = self.stats.write().await;
        match hit {
            true => stats.hits += 1,
            false => {
                stats.misses += 1;
                self.log_misses().await;
            }
        }
        self.log_hits()
            .await;
    }

    async fn log_misses(&self) {
        println!("misses: {}", self.stats.read().await.misses);
    }

    async fn log_hits(&self) {
        let stats = self.stats.read().await;
        println!("hits: {}", stats.hits);
    }

    pub async fn evict(&self) {
        let mut order = self.order.lock().await;
        order.sort();
        let first = order.first().cloned();
        if first.is_some() {
            // the guard above is still alive
            self.order.lock().await.remove(0);
        }
    }

    pub async fn drain(&self) {
        while let Some(key) = self.order.lock().await.pop() {
            self.forget(&key).await;
        }
        for key in self.order.lock().await.iter() {
            self.forget(key).await;
        }
        match *self.stats.read().await {
            Stats { misses: 0, .. } => {}
            _ => self.stats.write().await.misses = 0,
        }
    }

    async fn forget(&self, key: &str) {
        self.order.lock().await.retain(|one| one != key);
    }

    /// Two reads: a writer in between makes them hang.
    pub async fn report(&self) -> String {
        let stats = self.stats.read().await;
        self.log_hits().await;
        format!("{} hits", stats.hits)
    }
}
