use axum::{extract::State, routing::get, Json, Router};
use sqlx::PgPool;

use crate::session::AdminUser;

mod session;

/// Whoever runs the club looks at all who ever wrote.
async fn messages(_admin: AdminUser, State(pool): State<PgPool>) -> Json<Vec<Message>> {
    Json(sqlx::query_as("SELECT id, text FROM messages ORDER BY sent_at").fetch_all(&pool).await.unwrap())
}

#[derive(sqlx::FromRow, serde::Serialize)]
struct Message {
    id: i64,
    text: String,
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/club").await.unwrap();
    let app = Router::new().route("/messages", get(messages)).with_state(pool);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
