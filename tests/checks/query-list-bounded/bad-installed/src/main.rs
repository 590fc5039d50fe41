use axum::{extract::State, routing::get, Json, Router};
use sqlx::PgPool;

async fn networks(State(pool): State<PgPool>) -> Json<Vec<Network>> {
    let rows = sqlx::query_as::<_, Network>("SELECT * FROM network ORDER BY created_at DESC")
        .fetch_all(&pool)
        .await
        .unwrap();
    Json(rows)
}

async fn visits(State(pool): State<PgPool>) -> Json<Vec<Visit>> {
    let rows = sqlx::query_as::<_, Visit>("SELECT visit_id, name FROM visits ORDER BY arrived DESC")
        .fetch_all(&pool)
        .await
        .unwrap();
    Json(rows)
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://db").await.unwrap();
    let app = Router::new()
        .route("/networks", get(networks))
        .route("/visits", get(visits))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
