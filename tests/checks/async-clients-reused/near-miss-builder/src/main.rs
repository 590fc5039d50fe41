mod factory;

use std::sync::Arc;

use axum::{extract::State, routing::get, Router};

async fn tide(State(client): State<Arc<reqwest::Client>>) -> String {
    client.get("http://tides.local/now").send().await.unwrap().text().await.unwrap()
}

#[tokio::main]
async fn main() {
    let client = Arc::new(factory::Factory::default().build());
    let app = Router::new().route("/tide", get(tide)).with_state(client);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
