use std::sync::{Arc, Mutex};

use axum::{extract::State, routing::{get, post}, Json, Router};
use sqlx::PgPool;

mod readings;

#[derive(Clone)]
pub struct AppState {
    pool: PgPool,
    pending: Arc<Mutex<Vec<i64>>>,
    totals: Arc<tokio::sync::RwLock<i64>>,
}

async fn flush(State(state): State<AppState>) -> Json<usize> {
    let mut pending = state.pending.lock().unwrap();
    for value in pending.iter() {
        sqlx::query("INSERT INTO readings (value) VALUES ($1)")
            .bind(value)
            .execute(&state.pool)
            .await
            .unwrap();
    }
    let count = pending.len();
    pending.clear();
    Json(count)
}

/// A note: others wait for the database too.
async fn refresh(State(state): State<AppState>) -> Json<i64> {
    let mut totals = state.totals.write().await;
    let row: (i64,) = sqlx::query_as("SELECT sum(value) FROM readings")
        .fetch_one(&state.pool)
        .await
        .unwrap();
    *totals = row.0;
    Json(row.0)
}

#[tokio::main]
async fn main() {
    let state = AppState {
        pool: PgPool::connect("postgres://localhost/meter").await.unwrap(),
        pending: Arc::default(),
        totals: Arc::default(),
    };
    let app = Router::new()
        .route("/flush", post(flush))
        .route("/total", get(refresh))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
