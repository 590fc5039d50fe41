use axum::{routing::{get, post}, Router};

async fn ok() -> &'static str {
    "ok"
}

fn users() -> Router {
    Router::new().route("/", get(ok)).route("/{id}", get(ok))
}

fn posts() -> Router {
    Router::new().route("/posts", get(ok))
}

#[tokio::main]
async fn main() {
    let open = std::env::args().count() > 1;
    let app = Router::new()
        .route("/items", get(ok))
        .route("/items", post(ok))
        .route("/items/{id}", get(ok))
        .route("/items/{id}/parts/{part}", get(ok))
        // one prefix for two routers is merged
        .nest("/api", users())
        .nest("/api", posts());
    let app = if open {
        app.route("/docs", get(ok))
    } else {
        app.route("/docs", get(|| async { "closed" }))
    };
    let internal = Router::new().route("/items", get(ok)).route("/health", get(ok));
    let first = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    let second = tokio::net::TcpListener::bind("127.0.0.1:3001").await.unwrap();
    tokio::spawn(async move { axum::serve(second, internal).await.unwrap() });
    axum::serve(first, app).await.unwrap();
}
