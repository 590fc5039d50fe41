use std::sync::Arc;

use dashmap::mapref::entry::Entry;
use dashmap::DashMap;
use tokio::sync::Semaphore;

pub struct Sack {
    kilos: u64,
}

pub struct Silo {
    sacks: DashMap<u64, Arc<Sack>>,
    room: Semaphore,
}

impl Silo {
    async fn put(&self, id: u64, sack: Arc<Sack>) {
        match self.sacks.entry(id) {
            Entry::Occupied(_) => {}
            Entry::Vacant(free) => {
                self.room.acquire().await.unwrap().forget();
                free.insert_entry(sack);
            }
        }
    }

    fn take(&self, id: u64) {
        if self.sacks.remove(&id).is_some() {
            self.room.add_permits(1);
        }
    }
}

#[tokio::main]
async fn main() {
    let silo = Silo { sacks: DashMap::new(), room: Semaphore::new(8) };
    silo.put(1, Arc::new(Sack { kilos: 50 })).await;
    silo.take(1);
}
