//! Answers that are asked for often, kept in Redis.

use std::collections::HashMap;

use redis::aio::ConnectionManager;
use redis::{AsyncCommands, RedisResult};
use tokio::sync::RwLock;

/// Keys whose hits are counted at most.
const COUNTED: usize = 512;

pub struct Cache {
    redis: ConnectionManager,
    hits: RwLock<HashMap<String, u64>>,
}

impl Cache {
    pub fn new(redis: ConnectionManager) -> Self {
        Cache {
            redis,
            hits: RwLock::new(HashMap::new()),
        }
    }

    pub async fn get(&self, key: &str) -> RedisResult<Option<String>> {
        let mut redis = self.redis.clone();
        let found: Option<String> = redis.get(key).await?;
        if found.is_some() {
            self.count(key).await;
        }
        Ok(found)
    }

    pub async fn set(&self, key: &str, body: &str, seconds: u64) -> RedisResult<()> {
        let mut redis = self.redis.clone();
        redis.set_ex(key, body, seconds).await
    }

    pub async fn forget(&self, key: &str) -> RedisResult<()> {
        let mut hits = self.hits.write().await;
        hits.remove(key);
        drop(hits);
        let mut redis = self.redis.clone();
        redis.del(key).await
    }

    /// The keys that were hit most, for the status page.
    pub async fn busiest(&self) -> Vec<(String, u64)> {
        let hits = self.hits.read().await;
        let mut all: Vec<_> = hits
            .iter()
            .map(|(key, hits)| (key.clone(), *hits))
            .collect();
        drop(hits);
        all.sort_by_key(|(_, hits)| std::cmp::Reverse(*hits));
        all.truncate(10);
        all
    }

    async fn count(&self, key: &str) {
        let mut hits = self.hits.write().await;
        *hits.entry(key.to_owned()).or_insert(0) += 1;
        if hits.len() > COUNTED {
            self.forget_rare().await;
        }
    }

    async fn forget_rare(&self) {
        let mut hits = self.hits.write().await;
        hits.retain(|_, hits| *hits > 1);
    }
}
