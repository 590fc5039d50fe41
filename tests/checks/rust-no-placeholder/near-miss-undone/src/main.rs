use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{json, Value};

/// What the harbour is called. TODO: translate.
async fn name(Path(language): Path<String>) -> Json<Value> {
    Json(json!({ "name": "Norderhafen", "language": language }))
}

async fn depth() -> Json<u32> {
    // TODO: cache this
    Json(gauge().await)
}

async fn version() -> Json<Value> {
    // Built in, as the pages have no other way to ask for it.
    Json(json!({ "version": 3 }))
}

/// Nobody asks for it yet. TODO: write it.
async fn pilots() -> Json<Vec<u32>> {
    Json(vec![])
}

async fn gauge() -> u32 {
    tokio::fs::read("/dev/gauge").await.map_or(0, |read| read.len() as u32)
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/name/:language", get(name))
        .route("/depth", get(depth))
        .route("/version", get(version));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
