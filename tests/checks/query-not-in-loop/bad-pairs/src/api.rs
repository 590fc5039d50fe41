use axum::{extract::{Path, State}, Json};

use crate::table::{duties, pilots};

pub async fn remove_pilot(State(state): State<AppState>, Path(pilot_id): Path<String>) -> Result<(), Fault> {
    pilots::refuse_if_on_duty(&state.db, &[pilot_id]).await
}

pub async fn remove_pilots(State(state): State<AppState>, Json(ids): Json<Vec<String>>) -> Result<(), Fault> {
    pilots::refuse_if_on_duty(&state.db, &ids).await
}

pub async fn remove_roster(State(state): State<AppState>, Path(roster_id): Path<String>) -> Result<(), Fault> {
    pilots::refuse_if_listed(&state.db, std::slice::from_ref(&roster_id)).await
}

pub async fn change_duties(State(state): State<AppState>, Json(rows): Json<Vec<Duty>>) -> Result<(), Fault> {
    duties::change_batch(&state.db, rows).await
}

pub async fn remove_duties(State(state): State<AppState>, Json(rows): Json<Vec<Duty>>) -> Result<(), Fault> {
    duties::remove_batch(&state.db, rows).await
}

pub async fn shift_duties(State(state): State<AppState>, Json(duty_ids): Json<Vec<String>>) -> Result<(), Fault> {
    duties::shift(&state.db, &duty_ids).await
}
