mod storage;

#[tokio::main]
async fn main() {
    storage::start().await;
}
