use axum::{routing::get, Router};

pub fn routes() -> Router {
    Router::new().route("/{id}", get(one).delete(one))
}

async fn one() -> &'static str {
    "one"
}
