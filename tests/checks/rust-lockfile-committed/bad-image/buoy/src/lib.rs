pub fn app() -> axum::Router { axum::Router::new() }
