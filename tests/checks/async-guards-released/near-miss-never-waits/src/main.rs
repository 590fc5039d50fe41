use std::sync::{Arc, Mutex};

use dashmap::DashMap;
use tokio::sync::mpsc::UnboundedSender;

pub struct Bell {
    door: UnboundedSender<String>,
}

impl Bell {
    // awaits nothing: it ends with its first poll
    pub async fn ring(&self, word: String) {
        tracing::debug!("rings {word}");
        let _ = self.door.send(word);
    }

    pub async fn twice(&self, word: &str) {
        self.ring(word.to_owned()).await;
        self.ring(word.to_owned()).await;
    }
}

pub struct House {
    bells: Arc<DashMap<u64, Bell>>,
    shared: DashMap<u64, Arc<Bell>>,
    rung: Mutex<u64>,
    front: Bell,
}

impl House {
    async fn call(&self, id: u64) {
        if let Some(bell) = self.bells.get(&id) {
            bell.value().ring("one".to_owned()).await;
        }
        if let Some(bell) = self.shared.get(&id) {
            let inner = bell.value();
            inner.twice("two").await;
        }
        if let Some(bell) = self.shared.get(&id) {
            bell.ring("three".to_owned()).await;
        }
    }

    async fn count(&self) {
        let mut rung = self.rung.lock().unwrap();
        *rung += 1;
        self.front
            .twice("count")
            .await;
    }
}

#[tokio::main]
async fn main() {
    let (door, _) = tokio::sync::mpsc::unbounded_channel();
    let house = House {
        bells: Arc::default(),
        shared: DashMap::new(),
        rung: Mutex::new(0),
        front: Bell { door },
    };
    house.call(1).await;
    house.count().await;
}
