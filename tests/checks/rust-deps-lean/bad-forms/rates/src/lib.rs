pub fn client() -> reqwest::Client { reqwest::Client::new() }
pub async fn rate() -> f64 { tokio::time::sleep(std::time::Duration::ZERO).await; 1.0 }
