mod ring;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock};

pub struct Gate {
    state: RwLock<State>,
    opened: RwLock<u64>,
    queue: Arc<Mutex<Vec<u64>>>,
    doors: HashMap<u64, Mutex<bool>>,
    reentrant: parking_lot::ReentrantMutex<u64>,
    settings: RwLock<Settings>,
    file: tokio::fs::File,
}

#[derive(Clone, PartialEq)]
pub enum State {
    Open,
    Closed { since: u64 },
}

pub struct Settings {
    limit: u64,
}

impl Gate {
    // the guard lives in a block of its own
    pub async fn open(&self) {
        {
            let mut state = self.state.write().await;
            *state = State::Open;
        }
        self.announce().await;
    }

    // dropped in the branch before the call
    pub async fn check(&self) -> bool {
        let state = self.state.read().await;
        if *state != State::Open {
            drop(state);
            self.open().await;
            return false;
        }
        true
    }

    // dropped on every way
    pub async fn close(&self, now: u64) {
        let mut state = self.state.write().await;
        *state = State::Closed { since: now };
        std::mem::drop(state);
        self.announce().await;
    }

    async fn announce(&self) {
        println!("{}", *self.state.read().await == State::Open);
    }

    // an owned value, bound by `let` first
    pub async fn pass(&self) -> Option<u64> {
        let next = self.queue.lock().await.pop();
        if let Some(id) = next {
            self.queue.lock().await.push(id + 1);
        }
        next
    }

    // the condition of a plain `if` ends before its body
    pub async fn fill(&self) {
        if self.queue.lock().await.is_empty() {
            self.queue.lock().await.push(1);
        }
        while self.queue.lock().await.len() < 3 {
            self.queue.lock().await.push(2);
        }
    }

    // since edition 2024 the guard of the head ends before the `else`
    pub async fn first(&self) -> u64 {
        if let Some(id) = self.queue.lock().await.first() {
            *id
        } else {
            self.queue.lock().await.push(7);
            7
        }
    }

    // moved into another function, which shadows it
    pub async fn shrink(&self) {
        let queue = self.queue.lock().await;
        let queue = shortened(queue);
        println!("{queue}");
        self.queue.lock().await.clear();
    }

    // nobody writes the settings: two reads never wait
    pub async fn limits(&self) -> u64 {
        let settings = self.settings.read().await;
        settings.limit + self.limit().await
    }

    async fn limit(&self) -> u64 {
        self.settings.read().await.limit
    }

    // another task takes it
    pub async fn later(&self) {
        let queue = self.queue.lock().await;
        let other = Arc::clone(&self.queue);
        tokio::spawn(async move {
            other.lock().await.clear();
        });
        let again = || async { self.queue.lock().await.len() };
        println!("{}", queue.len());
        drop(queue);
        again().await;
    }

    // another lock
    pub async fn count(&self) -> u64 {
        let opened = self.opened.read().await;
        self.announce().await;
        *opened
    }

    // not the same door, as far as one can tell
    pub async fn both(&self, one: u64, other: u64) {
        let first = self.doors[&one].lock().await;
        let second = self.doors[&other].lock().await;
        println!("{} {}", *first, *second);
    }

    // may be taken twice by one thread
    pub fn twice(&self) -> u64 {
        let outer = self.reentrant.lock();
        let inner = self.reentrant.lock();
        *outer + *inner
    }

    // `_` lets go at once
    pub async fn touch(&self) {
        let _ = self.queue.lock().await;
        self.queue.lock().await.push(9);
    }

    // the future of the method is awaited when the guard is gone
    pub async fn deferred(&self) {
        let state = self.state.write().await;
        let work = self.announce();
        drop(state);
        work.await;
    }

    // a different gate
    pub async fn copy_to(&self, other: &Gate) {
        let state = self.state.read().await;
        other.set(state.clone()).await;
    }

    async fn set(&self, to: State) {
        *self.state.write().await = to;
    }
}

fn shortened(mut queue: tokio::sync::MutexGuard<'_, Vec<u64>>) -> usize {
    queue.truncate(1);
    queue.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hangs_on_purpose() {
        let lock = RwLock::new(1);
        let one = lock.write().await;
        let two = lock.write().await;
    }
}
