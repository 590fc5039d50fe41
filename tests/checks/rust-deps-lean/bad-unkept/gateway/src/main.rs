use async_std::sync::{Arc, RwLock};
use async_std::{fs, io::ReadExt};

#[tokio::main]
async fn main() {
    let tariffs = Arc::new(RwLock::new(String::new()));
    let mut file = fs::File::open("tariffs.csv").await.unwrap();
    file.read_to_string(&mut *tariffs.write().await).await.unwrap();
}
