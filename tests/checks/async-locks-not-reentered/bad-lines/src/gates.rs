use std::collections::HashMap;

use tokio::sync::{Mutex, RwLock};

// A struct on one line, and one whose types take several.
#[derive(Default)]
pub struct Totals { pub passed: Mutex<u64> }

#[derive(Default)]
pub struct Gates {
    counts: RwLock<
        HashMap<String, u64>,
    >,
    totals: Totals,
}

impl Gates {
    pub async fn pass(&self, gate: &str) {
        let mut counts = self.counts.write().await;
        *counts.entry(gate.to_string()).or_default() += 1;
        self.sum_up().await;
    }

    async fn sum_up(&self) {
        let counts = self.counts.read().await;
        *self.totals.passed.lock().await = counts.values().sum();
    }

    pub async fn forget(&self, gate: &str) {
        self.counts.write().await.remove(gate);
        self.totals.clear().await;
    }
}

impl Totals {
    pub async fn clear(&self) {
        let mut passed = self.passed.lock().await;
        *passed = 0;
        self.clear_again().await;
    }

    async fn clear_again(&self) {
        *self.passed.lock().await = 0;
    }
}
