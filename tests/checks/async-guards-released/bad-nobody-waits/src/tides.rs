use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use dashmap::DashMap;

pub struct Tides {
    heights: Arc<DashMap<u32, AtomicU64>>,
}

impl Tides {
    pub fn new() -> Self {
        Self { heights: Arc::new(DashMap::new()) }
    }

    // Whoever writes has the tides to itself.
    pub fn seen(&mut self, gauge: u32, height: u64) {
        self.heights.insert(gauge, AtomicU64::new(height));
    }

    // So has this one: nobody can write meanwhile.
    pub async fn tell(&mut self) {
        for height in self.heights.iter() {
            let _ = tokio::fs::write("height", height.load(Ordering::Relaxed).to_string()).await;
        }
    }

    // This task runs beside those that write.
    pub fn watch(&self) {
        let heights = self.heights.clone();
        tokio::spawn(async move {
            for height in heights.iter() {
                let _ = tokio::fs::write("now", height.load(Ordering::Relaxed).to_string()).await;
            }
        });
    }
}
