use crate::crypto;

pub fn start() {
    tokio::spawn(async move {
        let listener = tokio::net::TcpListener::bind("0.0.0.0:9000").await.unwrap();
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(async move { handle(socket).await });
        }
    });
}

pub async fn handle(_socket: tokio::net::TcpStream) {
    let kept = crypto::hash_password("from the wire");
    println!("{kept}");
}
