mod ingest;

use axum::{extract::Path, http::StatusCode, routing::{get, post}, Router};

async fn submit(Path(name): Path<String>) -> StatusCode {
    // Answered at once; nobody waits for the task.
    tokio::spawn(ingest::take_in(name));
    StatusCode::ACCEPTED
}

async fn dictionary(Path(name): Path<String>) -> StatusCode {
    match ingest::hand_over(&name).await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::NOT_FOUND,
    }
}

async fn page(Path(name): Path<String>) -> Vec<u8> {
    ingest::content(&name).await
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/ledgers/:name", post(submit))
        .route("/ledgers/:name/dictionary", get(dictionary))
        .route("/ledgers/:name/page", get(page));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
