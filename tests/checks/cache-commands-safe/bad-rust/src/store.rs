use redis::{aio::ConnectionManager, AsyncCommands};
use std::collections::HashMap;

#[derive(Clone)]
pub struct Store {
    conn: ConnectionManager,
}

impl Store {
    pub async fn open() -> Self {
        let client = redis::Client::open("redis://cache").unwrap();
        Self { conn: ConnectionManager::new(client).await.unwrap() }
    }

    pub async fn named(&self, pattern: &str) -> Vec<String> {
        let mut conn = self.conn.clone();
        redis::cmd("KEYS").arg(pattern).query_async(&mut conn).await.unwrap()
    }

    pub async fn set_many(&self, values: HashMap<String, String>) {
        let mut conn = self.conn.clone();
        for (key, value) in values {
            let _: () = conn.set_ex(&key, value, 300).await.unwrap();
        }
    }
}
