//! The description of the API is written by hand where a handler takes what utoipa cannot show.

use axum::{extract::State, http::StatusCode, routing::post, Json, Router};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(paths(predict_described))]
struct Described;

/// Only what the description says of `predict`: nothing calls it.
#[utoipa::path(
    post,
    path = "/v1/tides",
    operation_id = "predict",
    responses((status = 200, description = "Tides of a day", content_type = "text/event-stream"))
)]
#[allow(unused)]
pub async fn predict_described(_request: Json<serde_json::Value>) -> StatusCode {
    unimplemented!()
}

#[derive(Clone)]
struct Moon {
    phase: f64,
}

async fn predict(State(moon): State<Moon>, Json(day): Json<serde_json::Value>) -> Json<f64> {
    let hours = day["hours"].as_f64().unwrap_or(24.0);
    Json((moon.phase * hours).sin())
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/v1/tides", post(predict))
        .with_state(Moon { phase: 0.25 });
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    println!("{}", Described::openapi().to_json().unwrap());
    axum::serve(listener, app).await.unwrap();
}
