use std::sync::Arc;

use axum::{routing::get, Extension, Router};

struct Board;

async fn board(Extension(board): Extension<Board>) -> &'static str {
    let _ = board;
    "board"
}

#[tokio::main]
async fn main() {
    let shared = Arc::new(Board);
    let shared = Arc::new(Board {});
    let app = Router::new().route("/board", get(board)).layer(Extension(shared));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
