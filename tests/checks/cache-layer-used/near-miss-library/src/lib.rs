//! A cache for others to use: nobody here calls its methods.
use redis::Commands;

pub struct TieredCache {
    client: redis::Client,
}

impl TieredCache {
    pub fn get(&self, key: &str) -> Option<String> {
        self.client.get_connection().ok()?.get(key).ok()
    }

    pub fn set(&self, key: &str, value: &str) -> redis::RedisResult<()> {
        self.client.get_connection()?.set_ex(key, value, 60)
    }

    pub fn delete(&self, key: &str) -> redis::RedisResult<()> {
        self.client.get_connection()?.del(key)
    }
}

pub fn ping(cache: &TieredCache) {
    let _ = cache.set("ping", "pong");
}
