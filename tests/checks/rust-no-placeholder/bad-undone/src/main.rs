use axum::extract::Path;
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde_json::{json, Value};

/// The tides of one gauge.
///
/// # TODO
/// - ask the gauge
async fn tides(Path(_gauge): Path<u32>) -> Json<Value> {
    Json(json!({ "tides": null }))
}

async fn berths() -> Json<Vec<u32>> {
    // For now, return an empty list: there is no table of berths.
    Json(vec![])
}

async fn forget(Path(id): Path<u32>) -> Json<bool> {
    println!("forget {id}");
    // TODO: delete the row
    Json(true)
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/tides/:gauge", get(tides))
        .route("/berths", get(berths))
        .route("/berths/:id", delete(forget));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
