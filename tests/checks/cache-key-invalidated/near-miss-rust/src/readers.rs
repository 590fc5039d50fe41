use crate::state::AppState;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    Json,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

#[derive(Serialize, Deserialize, sqlx::FromRow)]
pub struct Reader {
    pub id: Uuid,
    pub name: String,
}

// Write-through: whoever changes a reader writes the new value under the same key.
pub async fn get_reader(State(state): State<AppState>, Path(id): Path<Uuid>) -> Json<Reader> {
    let key = format!("reader:{}", id);
    if let Ok(Some(hit)) = state.cache.get::<Reader>(&key).await {
        return Json(hit);
    }
    let reader: Reader = sqlx::query_as("SELECT id, name FROM readers WHERE id = $1")
        .bind(id)
        .fetch_one(&state.pool)
        .await
        .unwrap();
    let _ = state.cache.set(&key, &reader, Duration::from_secs(3600)).await;
    Json(reader)
}

pub async fn update_reader(
    State(state): State<AppState>,
    Path(id): Path<Uuid>,
    Json(reader): Json<Reader>,
) -> Json<Reader> {
    let reader: Reader = sqlx::query_as("UPDATE readers SET name = $2 WHERE id = $1 RETURNING id, name")
        .bind(id)
        .bind(&reader.name)
        .fetch_one(&state.pool)
        .await
        .unwrap();
    let _ = state.cache.set(&format!("reader:{}", id), &reader, Duration::from_secs(3600)).await;
    Json(reader)
}

// Changes only what no answer shows.
pub async fn change_password(State(state): State<AppState>, Path(id): Path<Uuid>, Json(new): Json<String>) -> StatusCode {
    sqlx::query("UPDATE readers SET password_hash = $2 WHERE id = $1")
        .bind(id)
        .bind(&new)
        .execute(&state.pool)
        .await
        .unwrap();
    StatusCode::NO_CONTENT
}

// Half a minute is short enough to be a choice.
pub async fn list_shelves(State(state): State<AppState>) -> Json<Vec<String>> {
    if let Ok(Some(hit)) = state.cache.get::<Vec<String>>("shelves:all").await {
        return Json(hit);
    }
    let shelves: Vec<String> = sqlx::query_scalar("SELECT name FROM shelves").fetch_all(&state.pool).await.unwrap();
    let _ = state.cache.set("shelves:all", &shelves, Duration::from_secs(30)).await;
    Json(shelves)
}

pub async fn create_shelf(State(state): State<AppState>, Json(name): Json<String>) -> StatusCode {
    sqlx::query("INSERT INTO shelves (name) VALUES ($1)").bind(&name).execute(&state.pool).await.unwrap();
    StatusCode::CREATED
}

// The version of the list is part of its key: raising it leaves the old pages behind.
pub async fn list_events(State(state): State<AppState>) -> Json<Vec<String>> {
    let version: i64 = state.cache.get("events:version").await.ok().flatten().unwrap_or(0);
    let key = format!("events:v{}:upcoming", version);
    if let Ok(Some(hit)) = state.cache.get::<Vec<String>>(&key).await {
        return Json(hit);
    }
    let events: Vec<String> = sqlx::query_scalar("SELECT title FROM events").fetch_all(&state.pool).await.unwrap();
    let _ = state.cache.set(&key, &events, Duration::from_secs(900)).await;
    Json(events)
}

pub async fn create_event(State(state): State<AppState>, Json(title): Json<String>) -> StatusCode {
    sqlx::query("INSERT INTO events (title) VALUES ($1)").bind(&title).execute(&state.pool).await.unwrap();
    StatusCode::CREATED
}

// Covers come from elsewhere; nothing here changes them.
pub async fn get_cover(State(state): State<AppState>, Path(isbn): Path<String>) -> Json<String> {
    let key = format!("cover:{isbn}");
    if let Ok(Some(hit)) = state.cache.get::<String>(&key).await {
        return Json(hit);
    }
    let url = format!("https://covers.example.org/{isbn}.jpg");
    let _ = state.cache.set(&key, &url, Duration::from_secs(86_400)).await;
    Json(url)
}

// A map of the request is no cache, whatever its methods are called.
pub async fn preview_cover(State(state): State<AppState>, Path(isbn): Path<String>) -> StatusCode {
    let mut map: HashMap<String, String> = HashMap::new();
    map.insert(format!("cover:{isbn}"), isbn.clone());
    map.remove(&format!("covers:{isbn}"));
    drop(state);
    StatusCode::NO_CONTENT
}
