use redis::Commands;
use std::time::Duration;

pub struct TideCache {
    client: redis::Client,
}

impl TideCache {
    pub fn get(&self, key: &str) -> Option<String> {
        let mut conn = self.client.get_connection().ok()?;
        conn.get(key).ok()
    }

    pub fn set(&self, key: &str, value: &str, ttl: Option<Duration>) {
        let Ok(mut conn) = self.client.get_connection() else { return };
        match ttl {
            Some(ttl) => {
                let _: Result<(), _> = conn.set_ex(key, value, ttl.as_secs());
            }
            None => {
                let _: Result<(), _> = conn.set(key, value);
            }
        }
    }
}

pub struct TideReader {
    client: redis::Client,
}

/// How far the reader has come: read when it starts, written as it goes on.
impl TideReader {
    pub fn read_watermark(&self, progress_key: &str) -> Option<i64> {
        let mut conn = self.client.get_connection().ok()?;
        conn.get(progress_key).ok()
    }

    pub fn write_watermark(&self, progress_key: &str, progress: i64) {
        let Ok(mut conn) = self.client.get_connection() else { return };
        let _: Result<(), _> = conn.set(progress_key, progress.to_string());
    }
}
