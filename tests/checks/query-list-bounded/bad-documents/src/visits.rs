use axum::{extract::{Path, Query, State}, routing::get, Json, Router};
use futures::TryStreamExt;
use mongodb::{bson::doc, options::FindOptions, Database};

pub fn router(database: Database) -> Router {
    Router::new()
        .route("/visits", get(all))
        .route("/visits/latest", get(latest))
        .route("/visits/paged", get(paged))
        .route("/ships/{ship}/visits", get(of_ship))
        .with_state(database)
}

/// The one that `main` mounts.
pub fn router_with_state(database: Database) -> Router {
    router(database)
}

async fn all(State(database): State<Database>) -> Json<Vec<Visit>> {
    let visits = database.collection::<Visit>("visits");
    let cursor = visits.find(doc! { "cancelled": false }).await.unwrap();
    Json(cursor.try_collect().await.unwrap())
}

async fn latest(State(database): State<Database>) -> Json<Vec<Visit>> {
    let visits = database.collection::<Visit>("visits");
    let cursor = visits.find(doc! {}).sort(doc! { "at": -1 }).limit(20).await.unwrap();
    Json(cursor.try_collect().await.unwrap())
}

async fn paged(State(database): State<Database>, Query(page): Query<Page>) -> Json<Vec<Visit>> {
    let visits = database.collection::<Visit>("visits");
    let options = FindOptions::builder().skip(page.skip()).limit(page.size.min(100)).build();
    let cursor = visits.find(doc! {}).with_options(options).await.unwrap();
    Json(cursor.try_collect().await.unwrap())
}

async fn of_ship(State(database): State<Database>, Path(ship): Path<String>) -> Json<Vec<Visit>> {
    let visits = database.collection::<Visit>("visits");
    let cursor = visits.find(doc! { "ship": ship }).await.unwrap();
    Json(cursor.try_collect().await.unwrap())
}
