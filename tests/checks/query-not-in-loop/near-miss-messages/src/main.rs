mod deliveries;
mod vans;

use axum::{routing::{get, post}, Router};

#[tokio::main]
async fn main() {
    let pool = sqlx::PgPool::connect("postgres://db/courier").await.unwrap();
    let app = Router::new()
        .route("/deliveries/watch", post(deliveries::watch))
        .route("/parcels/unpack", post(deliveries::unpack))
        .route("/vans", get(vans::list))
        .with_state(pool.clone());
    tokio::spawn(deliveries::consume(pool));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
