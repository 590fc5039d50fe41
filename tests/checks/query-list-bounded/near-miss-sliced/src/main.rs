use axum::{extract::{Path, Query, State}, routing::get, Json, Router};
use sqlx::PgPool;

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://db/ledger").await.unwrap();
    let app = Router::new()
        .route("/accounts/{account}/entries", get(entries))
        .route("/accounts/{account}/changes", get(changes))
        .route("/accounts/{account}/newest", get(newest))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

/// One account's, all of them.
async fn entries(State(pool): State<PgPool>, Path(account): Path<i64>) -> Json<Vec<Entry>> {
    let rows = sqlx::query_as::<_, Entry>("SELECT * FROM entries WHERE account_id = $1")
        .bind(account)
        .fetch_all(&pool)
        .await
        .unwrap();
    Json(rows)
}

/// Each entry beside the one before it: none is left out for a page.
async fn changes(State(pool): State<PgPool>, Path(account): Path<i64>) -> Json<Vec<Change>> {
    let rows = sqlx::query_as::<_, Entry>("SELECT * FROM entries WHERE account_id = $1")
        .bind(account)
        .fetch_all(&pool)
        .await
        .unwrap();
    let pairs = rows.iter().zip(rows.iter().skip(1));
    Json(pairs.map(Change::between).collect())
}

/// The database takes the page; what is left out in memory is what the caller has seen.
async fn newest(
    State(pool): State<PgPool>,
    Path(account): Path<i64>,
    Query(seen): Query<Seen>,
) -> Json<Vec<Entry>> {
    let rows = sqlx::query_as::<_, Entry>(
        "SELECT * FROM entries WHERE account_id = $1 ORDER BY id DESC LIMIT 50",
    )
    .bind(account)
    .fetch_all(&pool)
    .await
    .unwrap();
    Json(rows.into_iter().skip(seen.count).collect())
}
