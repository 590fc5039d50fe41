use axum::{http::header, response::IntoResponse, Json};
use prometheus::{Encoder, TextEncoder};

pub async fn metrics() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain")], "# TYPE lamps gauge\nlamps 1\n")
}

pub fn export_metrics() -> String {
    let mut buffer = Vec::new();
    TextEncoder::new().encode(&prometheus::gather(), &mut buffer).unwrap();
    String::from_utf8(buffer).unwrap()
}

pub async fn ready() -> impl IntoResponse {
    Json(serde_json::json!({ "database": true, "queue": "ok" }))
}
