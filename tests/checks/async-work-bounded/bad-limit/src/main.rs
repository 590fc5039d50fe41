use axum::{routing::post, Json, Router};

#[derive(serde::Deserialize)]
pub struct Moving {
    limit: i64,
}

async fn move_all(Json(request): Json<Moving>) -> String {
    let crossings = load_crossings(&POOL, request.limit).await;
    send_all(crossings).await.len().to_string()
}

async fn send_all(crossings: Vec<i64>) -> Vec<String> {
    futures::future::join_all(crossings.into_iter().map(|one| async move {
        HTTP.get(format!("http://ports.example/{one}")).send().await.unwrap().text().await.unwrap()
    }))
    .await
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/crossings/move", post(move_all));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
