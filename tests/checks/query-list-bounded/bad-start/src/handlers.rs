use axum::{extract::State, Extension, Json};
use sqlx::PgPool;

use crate::store;

pub async fn beacons(State(pool): State<PgPool>) -> Json<Vec<Beacon>> {
    Json(store::all_beacons(&pool).await.unwrap())
}

pub async fn plugins(State(pool): State<PgPool>) -> Json<Vec<Plugin>> {
    Json(store::all_plugins(&pool).await.unwrap())
}

pub async fn sightings(State(pool): State<PgPool>, Extension(who): Extension<Who>) -> Json<Vec<Sighting>> {
    let found = store::all_sightings(&pool).await.unwrap();
    Json(found.into_iter().filter(|one| one.by == who.name).collect())
}
