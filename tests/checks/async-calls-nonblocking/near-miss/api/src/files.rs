use std::path::PathBuf;

/// Reads on a thread that may wait, through a helper of the house.
pub async fn serve() -> Vec<u8> {
    let path = PathBuf::from("uploads/last");
    off_worker(move || std::fs::read(&path).unwrap_or_default()).await
}

async fn off_worker<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// The helper of the house starts its thread by a macro.
pub async fn sizes(path: PathBuf) -> u64 {
    let found = with_permit(move |_permit| std::fs::metadata(&path).map(|one| one.len())).await;
    found.map_err(|error| (error, std::fs::metadata("uploads").is_ok())).unwrap_or(0)
}

async fn with_permit<T: Send + 'static>(work: impl FnOnce(u8) -> T + Send + 'static) -> T {
    house::spawn_blocking!("files", move || work(1)).await.unwrap()
}
