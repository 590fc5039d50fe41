use redis::{aio::ConnectionManager, AsyncCommands};
use serde::{de::DeserializeOwned, Serialize};
use std::time::Duration;

#[derive(Clone)]
pub struct Cache {
    conn: ConnectionManager,
}

impl Cache {
    pub async fn connect(url: &str) -> anyhow::Result<Self> {
        let client = redis::Client::open(url)?;
        Ok(Self { conn: ConnectionManager::new(client).await? })
    }

    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> anyhow::Result<Option<T>> {
        let mut conn = self.conn.clone();
        let raw: Option<String> = conn.get(key).await?;
        Ok(raw.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    pub async fn set<T: Serialize>(&self, key: &str, value: &T, ttl: Duration) -> anyhow::Result<()> {
        let mut conn = self.conn.clone();
        conn.set_ex(key, serde_json::to_string(value)?, ttl.as_secs()).await?;
        Ok(())
    }

    pub async fn delete(&self, key: &str) -> anyhow::Result<()> {
        let mut conn = self.conn.clone();
        conn.del::<_, ()>(key).await?;
        Ok(())
    }

    /// Deletes every key that begins with a prefix, in pieces.
    pub async fn delete_prefix(&self, prefix: &str) -> anyhow::Result<()> {
        let mut conn = self.conn.clone();
        let keys: Vec<String> = {
            let mut found = conn.scan_match::<_, String>(format!("{prefix}*")).await?;
            let mut keys = Vec::new();
            while let Some(key) = found.next_item().await {
                keys.push(key);
            }
            keys
        };
        conn.unlink::<_, ()>(keys).await?;
        Ok(())
    }
}
