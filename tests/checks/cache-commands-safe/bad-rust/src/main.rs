mod store;

use axum::{extract::State, routing::get, Router};
use store::Store;

async fn known(State(store): State<Store>) -> String {
    store.named("stones:*").await.join(" ")
}

#[tokio::main]
async fn main() {
    let store = Store::open().await;
    let app = Router::new().route("/stones/known", get(known)).with_state(store);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
