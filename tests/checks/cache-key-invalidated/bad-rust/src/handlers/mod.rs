pub mod books;
pub mod loans;

use crate::state::AppState;
use axum::{extract::State, http::StatusCode, Json};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Login {
    pub card: String,
    pub pin: String,
}

// Touches nothing that is cached.
pub async fn login(State(state): State<AppState>, Json(form): Json<Login>) -> StatusCode {
    let _ = sqlx::query("UPDATE members SET last_login = now() WHERE card = $1")
        .bind(&form.card)
        .execute(&state.pool)
        .await;
    StatusCode::NO_CONTENT
}
