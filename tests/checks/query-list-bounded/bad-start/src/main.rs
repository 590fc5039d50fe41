mod handlers;
mod store;

use axum::{routing::get, Router};

#[tokio::main]
async fn main() {
    let pool = store::connect().await;
    run_stored(&pool).await;
    let app = Router::new()
        .route("/beacons", get(handlers::beacons))
        .route("/plugins", get(handlers::plugins))
        .route("/sightings", get(handlers::sightings))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

/// Every beacon has a task of its own from the start.
async fn run_stored(pool: &sqlx::PgPool) {
    for beacon in store::all_beacons(pool).await.unwrap() {
        tokio::spawn(store::watch(beacon));
    }
}
