use axum::{extract::{Query, State}, routing::get, Json, Router};
use sqlx::{PgPool, Postgres, QueryBuilder};

#[derive(serde::Deserialize)]
struct Wanted {
    ship: Option<String>,
    most: Option<i64>,
}

/// The pieces of the statement say how much it brings.
async fn entries(State(pool): State<PgPool>, Query(wanted): Query<Wanted>) -> Json<Vec<Entry>> {
    let most = wanted.most.unwrap_or(50).clamp(1, 200);
    let mut statement = QueryBuilder::<Postgres>::new("SELECT id, ship, noted_at FROM log_entries");
    if let Some(ship) = wanted.ship {
        statement.push(" WHERE ship = ").push_bind(ship);
    }
    statement.push(" ORDER BY noted_at DESC, id DESC LIMIT ");
    statement.push_bind(most);
    let rows: Vec<Entry> = statement.build_query_as().fetch_all(&pool).await.unwrap();
    Json(rows)
}

#[derive(sqlx::FromRow, serde::Serialize)]
struct Entry {
    id: i64,
    ship: String,
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/logbook").await.unwrap();
    let app = Router::new().route("/entries", get(entries)).with_state(pool);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
