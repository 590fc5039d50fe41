mod accounts;
mod cache;
mod quotes;

use axum::{routing::{get, post}, Router};

#[tokio::main]
async fn main() {
    // before the first request
    std::fs::create_dir_all("uploads").expect("uploads");
    let app = Router::new()
        .route("/login", post(accounts::login))
        .route("/register", post(accounts::register))
        .route("/quotes", get(quotes::quote))
        .route("/quotes/cached", get(cache::cached))
        .route("/ready", get(cache::ready))
        .route("/label", get(quotes::label));
    tokio::spawn(quotes::poll());
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
