use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;

mod gates;

async fn pass(State(gates): State<Arc<gates::Gates>>) {
    gates.pass("north").await;
    gates.forget("north").await;
}

#[tokio::main]
async fn main() {
    let app = axum::Router::new().route("/pass", post(pass)).with_state(Arc::default());
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
