use axum::{routing::post, Router};
use once_cell::sync::Lazy;

static LEDGER: Lazy<reqwest::Client> = Lazy::new(reqwest::Client::new);

async fn book(body: String) -> String {
    match LEDGER.post("https://ledger.example.org").body(body).send().await {
        Ok(_) => "booked".to_string(),
        Err(error) => error.to_string(),
    }
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/book", post(book));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8090").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
