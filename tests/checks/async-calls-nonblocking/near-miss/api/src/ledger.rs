use std::thread::sleep;
use std::time::Duration;

use futures::executor::block_on;

pub struct Copier {
    rows: u64,
}

impl Copier {
    /// Has a thread to itself: the client of the ledger is async, its pace is ours.
    async fn run(mut self) -> u64 {
        spawn_blocking_named("copier", move || block_on(self.copy_all())).await
    }

    async fn copy_all(&mut self) -> u64 {
        while self.copy_some().await {}
        self.rows
    }

    async fn copy_some(&mut self) -> bool {
        sleep(Duration::from_secs(2));
        self.rows += 1;
        self.rows < 10
    }
}

pub async fn copied() -> String {
    Copier { rows: 0 }.run().await.to_string()
}

async fn spawn_blocking_named<F, R>(name: &str, work: F) -> R
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    tracing::debug!(name, "started");
    tokio::task::spawn_blocking(work).await.expect("copier")
}
