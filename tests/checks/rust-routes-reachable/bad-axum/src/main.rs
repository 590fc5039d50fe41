use axum::{routing::{delete, get, post}, Router};

mod items;

async fn ok() -> &'static str {
    "ok"
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/health", get(ok))
        .nest("/items", items::routes())
        .route("/items/{id}", get(ok))
        .route("/users/{id}", get(ok).put(ok))
        .route("/users/{user_id}", delete(ok))
        .route("/users", post(ok))
        .route("/users", get(ok));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
