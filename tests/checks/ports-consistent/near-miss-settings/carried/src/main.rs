mod config;

use config::Config;

#[tokio::main]
async fn main() {
    let config = Config::from_env();
    let listener = tokio::net::TcpListener::bind((config.host.as_str(), config.port)).await.unwrap();
    axum::serve(listener, axum::Router::new()).await.unwrap();
}
