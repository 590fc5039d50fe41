fn main() {
    let broker = std::env::var("MESSAGE_BROKER_URL").unwrap_or_else(|_| "kafka:9092".into());
    tracing::info!("runner started (broker={})", broker);
}
