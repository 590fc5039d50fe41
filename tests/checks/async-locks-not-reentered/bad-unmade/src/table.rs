use tokio::sync::RwLock;

/// Tests alone make one.
pub struct TideTable {
    rows: RwLock<Vec<u32>>,
}

impl TideTable {
    pub fn new() -> Self {
        Self { rows: RwLock::new(Vec::new()) }
    }

    pub async fn add(&self, row: u32) {
        let mut rows = self.rows.write().await;
        rows.push(row);
        self.trim().await;
        rows.sort();
    }

    async fn trim(&self) {
        self.rows.write().await.truncate(24);
    }
}

impl std::fmt::Debug for TideTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TideTable").finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn begins_empty() {
        assert!(TideTable::new().rows.read().await.is_empty());
    }
}
