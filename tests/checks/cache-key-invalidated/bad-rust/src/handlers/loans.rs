use crate::state::AppState;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    Json,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
pub struct BranchStats {
    pub open_loans: i64,
    pub overdue: i64,
}

pub async fn branch_stats(State(state): State<AppState>, Path(branch): Path<Uuid>) -> Json<BranchStats> {
    let key = format!("stats:branch:{branch}");
    if let Ok(Some(hit)) = state.cache.get::<BranchStats>(&key).await {
        return Json(hit);
    }
    let open_loans: i64 = sqlx::query_scalar("SELECT count(*) FROM loans WHERE branch_id = $1 AND returned_at IS NULL")
        .bind(branch)
        .fetch_one(&state.pool)
        .await
        .unwrap();
    let stats = BranchStats { open_loans, overdue: 0 };
    let _ = state.cache.set(&key, &stats, Duration::from_secs(1800)).await;
    Json(stats)
}

pub async fn create_loan(State(state): State<AppState>, Json(book): Json<Uuid>) -> StatusCode {
    sqlx::query("INSERT INTO loans (book_id) VALUES ($1)").bind(book).execute(&state.pool).await.unwrap();
    StatusCode::CREATED
}
