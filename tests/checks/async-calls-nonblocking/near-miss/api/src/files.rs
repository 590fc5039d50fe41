use std::path::PathBuf;

/// Reads on a thread that may wait, through a helper of the house.
pub async fn serve() -> Vec<u8> {
    let path = PathBuf::from("uploads/last");
    off_worker(move || std::fs::read(&path).unwrap_or_default()).await
}

async fn off_worker<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}
