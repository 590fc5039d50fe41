mod wharves;

use std::sync::Arc;

use axum::{extract::{Path, State}, routing::post, Router};
use wharves::Wharves;

async fn add_wharf(State(wharves): State<Arc<Wharves>>, Path(seconds): Path<u64>) {
    wharves.add(seconds).await;
}

async fn ask(State(wharves): State<Arc<Wharves>>, Path(seconds): Path<u64>) -> String {
    wharves.ask(seconds).await
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/wharves/{seconds}", post(add_wharf).get(ask))
        .with_state(Arc::new(Wharves::default()));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
