use std::collections::HashMap;
use std::sync::RwLock;

use prometheus::{Encoder, Registry, TextEncoder};

pub struct Stats {
    registry: Registry,
    requests: RwLock<HashMap<String, u64>>,
}

impl Stats {
    pub fn new() -> Self {
        Stats { registry: Registry::new(), requests: RwLock::default() }
    }

    pub fn render_metrics(&self) -> String {
        let mut out = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    pub fn count(&self, req: &actix_web::HttpRequest) {
        let key = format!("{} {}", req.method(), req.path());
        *self.requests.write().unwrap().entry(key).or_insert(0) += 1;
    }

    pub fn snapshot(&self) -> (f64, f64, u64) {
        (self.memory_usage(), self.get_hit_rate(), self.queue_count())
    }

    // TODO: ask sysinfo
    fn memory_usage(&self) -> f64 {
        // placeholder until sysinfo is in
        42.5
    }

    fn get_hit_rate(&self) -> f64 {
        0.0
    }

    fn queue_count(&self) -> u64 {
        // In production this would ask the broker.
        return 3;
    }

    pub async fn database_healthy(&self) -> bool {
        true
    }
}

/// How many boats wait, and for how long.
pub struct QueueSettings {
    pub boats: usize,
    pub seconds: u64,
}

impl QueueSettings {
    pub fn new() -> Self {
        Self {
            boats: 12, // all of them
            seconds: 60 * 5,
        }
    }
}
