use axum::{extract::State, routing::post, Json, Router};
use sqlx::PgPool;

async fn invite(State(pool): State<PgPool>, Json(guests): Json<Vec<String>>) -> &'static str {
    let mut txn = pool.begin().await.unwrap();
    for guest in guests {
        sqlx::query("INSERT INTO guests (name) VALUES ($1)")
            .bind(&guest)
            .execute(&mut *txn)
            .await
            .unwrap();
        tokio::spawn(async move { write_to(&guest).await });
    }
    txn.commit().await.unwrap();
    "invited"
}

async fn remind(State(pool): State<PgPool>, Json(guests): Json<Vec<String>>) -> &'static str {
    let mut txn = pool.begin().await.unwrap();
    sqlx::query("UPDATE parties SET reminded = true").execute(&mut *txn).await.unwrap();
    txn.commit().await.unwrap();
    for guest in guests {
        tokio::spawn(async move { write_to(&guest).await });
    }
    "reminded"
}

async fn write_to(guest: &str) {
    let _ = http().post(guest).send().await;
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/party").await.unwrap();
    let app = Router::new()
        .route("/invite", post(invite))
        .route("/remind", post(remind))
        .with_state(pool);
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
