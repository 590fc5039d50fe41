use std::sync::Arc;

use dashmap::mapref::entry::Entry;
use dashmap::DashMap;

pub struct Store {
    text: String,
}

#[derive(Clone)]
pub struct Label {
    text: String,
}

pub struct Stores {
    stores: DashMap<u64, Arc<Store>>,
    plain: DashMap<u64, Store>,
    labels: DashMap<u64, Label>,
}

impl Stores {
    // let go in between, two tasks open the same store
    async fn open(&self, id: u64) -> std::io::Result<Arc<Store>> {
        match self.stores.entry(id) {
            Entry::Occupied(known) => Ok(known.get().clone()),
            Entry::Vacant(free) => {
                let text = tokio::fs::read_to_string("store").await?;
                Ok(free.insert(Arc::new(Store { text })).value().clone())
            }
        }
    }

    // no copy of the value can be had
    async fn keep(&self, id: u64) {
        if let Some(store) = self.plain.get(&id) {
            let _ = tokio::fs::write("store", &store.text).await;
        }
    }

    async fn name(&self, id: u64) {
        if let Some(label) = self.labels.get(&id) {
            let _ = tokio::fs::write("label", &label.text).await;
        }
    }

    fn put(&self, id: u64, text: &str) {
        self.plain.insert(id, Store { text: text.to_owned() });
        self.labels.insert(id, Label { text: text.to_owned() });
    }
}

#[tokio::main]
async fn main() {
    let stores = Stores { stores: DashMap::new(), plain: DashMap::new(), labels: DashMap::new() };
    stores.open(1).await.ok();
    stores.put(1, "one");
    stores.keep(1).await;
    stores.name(1).await;
}
