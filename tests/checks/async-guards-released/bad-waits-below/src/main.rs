use std::sync::{Arc, Mutex};

use dashmap::DashMap;
use tokio::sync::mpsc::Sender;

pub struct Bell {
    door: Sender<String>,
}

impl Bell {
    pub async fn ring(&self, word: String) {
        let _ = self.door.send(word).await;
    }

    pub async fn twice(&self, word: &str) {
        self.ring(word.to_owned()).await;
    }

    // no `.await` in sight, but the macro has one
    pub async fn both(&self) {
        tokio::join!(self.twice("one"), self.twice("two"));
    }

    pub async fn silent(&self) {}
}

pub struct House {
    bells: Arc<DashMap<u64, Bell>>,
    rung: Mutex<u64>,
    front: Bell,
}

impl House {
    async fn call(&self, id: u64) {
        if let Some(bell) = self.bells.get(&id) {
            bell.value().twice("one").await;
        }
        if let Some(mut bell) = self.bells.get_mut(&id) {
            bell.value_mut().both().await;
        }
    }

    async fn count(&self) {
        let mut rung = self.rung.lock().unwrap();
        *rung += 1;
        self.front.silent().await;
        self.front.twice("count").await;
    }
}

#[tokio::main]
async fn main() {
    let (door, _) = tokio::sync::mpsc::channel(1);
    let house = House { bells: Arc::default(), rung: Mutex::new(0), front: Bell { door } };
    house.call(1).await;
    house.count().await;
}
