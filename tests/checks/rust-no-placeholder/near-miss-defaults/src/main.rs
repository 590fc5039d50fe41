mod feeds;
mod reserves;
mod settings;

use axum::{extract::State, routing::get, Router};

#[derive(Clone)]
struct Gauges {
    harbour: Option<String>,
}

impl Gauges {
    fn pick_harbour(&self) -> &str {
        self.harbour.as_deref().unwrap_or_else(|| todo!())
    }
}

async fn harbour(State(gauges): State<Gauges>) -> String {
    gauges.pick_harbour().to_owned()
}

#[tokio::main]
async fn main() {
    let gauges = Gauges { harbour: Some("Vik".to_owned()) };
    let app = Router::new().route("/harbour", get(harbour)).with_state(gauges);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
