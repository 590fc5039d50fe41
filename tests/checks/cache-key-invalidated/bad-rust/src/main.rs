mod cache;
mod handlers;
mod state;

use axum::{
    routing::{get, post, put},
    Router,
};
use handlers::{books, loans};
use state::AppState;

#[tokio::main]
async fn main() {
    let state = AppState::connect().await.expect("state");
    let app = Router::new()
        .route("/books", get(books::list_books).post(books::create_book))
        .route(
            "/books/:id",
            put(books::update_book).delete(books::delete_book).get(books::get_book),
        )
        .route("/branches/:id/stats", get(loans::branch_stats))
        .route("/loans", post(loans::create_loan))
        .route("/login", post(handlers::login))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
