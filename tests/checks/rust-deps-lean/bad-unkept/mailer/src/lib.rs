pub async fn pause() {
    async_std::task::sleep(std::time::Duration::from_secs(2)).await;
    tokio::task::yield_now().await;
}
