mod cache;
mod readers;
mod sessions;
mod state;

use axum::{
    routing::{get, post, put},
    Router,
};
use state::AppState;

#[tokio::main]
async fn main() {
    let state = AppState::connect().await.expect("state");
    let app = Router::new()
        .route("/readers/:id", get(readers::get_reader).put(readers::update_reader))
        .route("/readers/:id/password", put(readers::change_password))
        .route("/shelves", get(readers::list_shelves).post(readers::create_shelf))
        .route("/events", get(readers::list_events).post(readers::create_event))
        .route("/covers/:isbn", get(readers::get_cover).post(readers::preview_cover))
        .route("/sessions", post(sessions::create_session).delete(sessions::delete_session))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
