mod store;
mod visitor;

use std::sync::Arc;

use axum::{extract::State, routing::{get, post}, Json, Router};
use store::Store;
use visitor::Visitor;

async fn berths(_visitor: Visitor) -> Json<Vec<String>> {
    Json(Vec::new())
}

async fn leave(State(store): State<Arc<Store>>, body: String) -> String {
    store.forget(&body).await;
    body
}

#[tokio::main]
async fn main() {
    let store = Arc::new(Store::new("redis://cache"));
    let app = Router::new()
        .route("/berths", get(berths))
        .route("/leave", post(leave))
        .with_state(store);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
