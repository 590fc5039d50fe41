use tokio::process::Command;

pub async fn read(name: &str) -> String {
    let text = tokio::fs::read_to_string(name).await.unwrap_or_default();
    let _ = Command::new("true").status().await;
    let _ = tokio::net::TcpStream::connect("localhost:7000").await;
    text
}
