mod store;

use axum::{extract::State, routing::post, Router};
use store::Store;

async fn clear(State(store): State<Store>) -> &'static str {
    store.forget("stones:*").await;
    "ok"
}

#[tokio::main]
async fn main() {
    let store = Store::open().await;
    let app = Router::new().route("/clear", post(clear)).with_state(store);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
