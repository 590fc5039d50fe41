use axum::{routing::get, Router};

async fn size() -> String {
    vault::KEY_SIZE.to_string()
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/size", get(size));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
