use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::RwLock;

pub struct Shelf {
    books: Arc<RwLock<HashMap<u64, String>>>,
}

impl Shelf {
    pub async fn title(&self, id: u64) -> Option<String> {
        let found = self.books.read().await.get(&id).cloned();
        if let Some(title) = found {
            if title.is_empty() {
                self.books.write().await.remove(&id);
                return None;
            }
            return Some(title);
        }
        None
    }

    pub async fn put(&self, id: u64, title: String) -> usize {
        {
            let mut books = self.books.write().await;
            books.insert(id, title);
        }
        self.count().await
    }

    async fn count(&self) -> usize {
        self.books.read().await.len()
    }
}
