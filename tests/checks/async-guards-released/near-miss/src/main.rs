use std::sync::{Arc, Mutex};
use tokio::sync::{Mutex as AsyncMutex, RwLock};
use tokio::time::{sleep, Duration};

pub struct Meter {
    pending: Arc<Mutex<Vec<i64>>>,
    single: AsyncMutex<Option<String>>,
    totals: RwLock<i64>,
}

impl Meter {
    // dropped before
    pub async fn flush(&self) -> usize {
        let pending = self.pending.lock().unwrap();
        let count = pending.len();
        drop(pending);
        sleep(Duration::from_millis(1)).await;
        count
    }

    // dropped in the only branch that awaits
    pub async fn maybe(&self) -> usize {
        let pending = self.pending.lock().unwrap();
        if pending.is_empty() {
            drop(pending);
            sleep(Duration::from_millis(1)).await;
            return 0;
        }
        pending.len()
    }

    // a value, no guard
    pub async fn first(&self) -> Option<i64> {
        let first = self.pending.lock().unwrap().first().copied();
        sleep(Duration::from_millis(1)).await;
        first
    }

    // tokio's may be held over an await: one request asks, the others wait for its answer
    pub async fn token(&self) -> String {
        let mut single = self.single.lock().await;
        if let Some(token) = single.as_ref() {
            return token.clone();
        }
        sleep(Duration::from_millis(50)).await;
        let made = String::from("token");
        *single = Some(made.clone());
        made
    }

    pub async fn add(&self, value: i64) {
        let mut totals = self.totals.write().await;
        *totals += value;
        sleep(Duration::from_millis(1)).await;
    }

    // the await is another task's
    pub async fn spawned(&self) {
        let pending = self.pending.lock().unwrap();
        tokio::spawn(async move {
            sleep(Duration::from_millis(1)).await;
        });
        println!("{}", pending.len());
    }

    // not async at all
    pub fn count(&self) -> usize {
        let pending = self.pending.lock().unwrap();
        pending.len()
    }

    pub async fn let_go(&self) {
        let _ = self.pending.lock().unwrap();
        sleep(Duration::from_millis(1)).await;
    }

    // moved
    pub async fn given(&self) {
        let pending = self.pending.lock().unwrap();
        take(pending);
        sleep(Duration::from_millis(1)).await;
    }
}

fn take(_pending: std::sync::MutexGuard<'_, Vec<i64>>) {}

fn main() {}
