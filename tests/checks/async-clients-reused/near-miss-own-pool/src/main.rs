mod pool;

use axum::{extract::State, routing::get, Router};
use pool::Pool;

async fn berths(State(pool): State<Pool>) -> String {
    let client = pool.get().await;
    client.query("SELECT 1", &[]).await.unwrap().len().to_string()
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/berths", get(berths)).with_state(Pool::default());
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
