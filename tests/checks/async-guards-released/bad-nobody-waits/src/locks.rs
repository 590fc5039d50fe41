use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::Mutex;

pub struct Lock {
    name: String,
    open: bool,
}

impl Lock {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), open: false }
    }
}

// Filled once: nobody ever waits to write to it.
pub struct Locks {
    locks: DashMap<String, Arc<Mutex<Lock>>>,
}

impl Locks {
    pub fn new(all: Vec<Lock>) -> Self {
        Self {
            locks: DashMap::from_iter(
                all.into_iter().map(|one| (one.name.clone(), Arc::new(Mutex::new(one)))),
            ),
        }
    }

    pub async fn open(&self, name: &str) {
        if let Some(lock) = self.locks.get(name) {
            lock.lock().await.open = true;
        }
    }

    pub async fn close(&self, name: &str) {
        if let Some(lock) = self.locks.get(name) {
            lock.lock().await.open = false;
        }
    }

    pub fn count(&self) -> usize {
        let locks = &self.locks;
        locks.len()
    }
}
