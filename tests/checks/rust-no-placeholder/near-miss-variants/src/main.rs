mod store;

use axum::{extract::Path, routing::get, Router};
use store::{put, Berth, Tariff};

async fn save(Path(name): Path<String>) -> String {
    put(&Berth { name })
}

async fn tariff() -> String {
    let kept = Tariff { per_metre: 4 };
    format!("{}", kept.per_metre)
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/berths/:name", get(save)).route("/tariff", get(tariff));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
