use std::env;
use std::net::SocketAddr;

async fn accept(address: SocketAddr) {
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    listener.accept().await.unwrap();
}

#[tokio::main]
async fn main() {
    let port = env::var("PORT").ok().and_then(|text| text.parse().ok()).unwrap_or(2346);
    let mut address: SocketAddr = "0.0.0.0:2346".parse().unwrap();
    address.set_port(port);
    accept(address).await;
}
