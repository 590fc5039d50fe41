mod api;
mod table;

use axum::{routing::{delete, post, put}, Router};

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/pilots/{pilot_id}", delete(api::remove_pilot))
        .route("/pilots/batch", post(api::remove_pilots))
        .route("/rosters/{roster_id}", delete(api::remove_roster))
        .route("/duties/batch", put(api::change_duties))
        .route("/duties/removed", post(api::remove_duties))
        .route("/duties/shifted", post(api::shift_duties));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7400").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
