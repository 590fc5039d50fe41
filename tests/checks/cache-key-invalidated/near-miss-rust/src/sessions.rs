use crate::state::AppState;
use axum::{extract::State, http::StatusCode, Json};
use std::time::Duration;

// A session lives and dies by its own clock.
pub async fn create_session(State(state): State<AppState>, Json(card): Json<String>) -> Json<String> {
    let id = uuid::Uuid::new_v4().to_string();
    sqlx::query("INSERT INTO sessions (id, card) VALUES ($1, $2)")
        .bind(&id)
        .bind(&card)
        .execute(&state.pool)
        .await
        .unwrap();
    let _ = state.cache.set(&format!("session:{}", id), &card, Duration::from_secs(86_400)).await;
    let attempts: Option<u32> = state.cache.get(&format!("rate_limit:login:{}", card)).await.unwrap();
    let _ = state
        .cache
        .set(&format!("rate_limit:login:{}", card), &(attempts.unwrap_or(0) + 1), Duration::from_secs(900))
        .await;
    Json(id)
}

pub async fn delete_session(State(state): State<AppState>, Json(id): Json<String>) -> StatusCode {
    let known: Option<String> = state.cache.get(&format!("session:{}", id)).await.unwrap();
    if known.is_none() {
        return StatusCode::NOT_FOUND;
    }
    sqlx::query("DELETE FROM sessions WHERE id = $1").bind(&id).execute(&state.pool).await.unwrap();
    StatusCode::NO_CONTENT
}
