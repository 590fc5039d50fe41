use axum::{http, Json};
use http::StatusCode;
use serde::Serialize;

mod schemars {
    pub struct Outline {
        pub title: String,
    }
}

#[derive(Serialize)]
pub struct Health {
    pub ok: bool,
}

pub async fn health() -> (StatusCode, Json<Health>) {
    pause().await;
    (http::StatusCode::OK, Json(Health { ok: true }))
}

pub fn outline() -> crate::schemars::Outline {
    schemars::Outline { title: String::new() }
}

async fn pause() {
    use tokio::time;
    time::sleep(time::Duration::from_millis(1)).await;
}
