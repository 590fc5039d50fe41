use axum::{routing::{delete, get, post}, Router};

mod items;

async fn ok() -> &'static str {
    "ok"
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/health", get(ok))
        .nest("/items", items::routes())
        .route("/items/{id}", get(ok))
        .route("/users/{id}", get(ok).put(ok))
        .route("/users/{user_id}", delete(ok))
        .route("/users", post(ok))
        .route("/users", get(ok));
    let lamps = std::env::var("LAMPS").is_ok();
    let buoys = std::env::var("BUOYS").is_ok();
    let mut app = app;
    if lamps {
        app = app.route("/lights", get(ok));
    }
    if buoys {
        app = app.route("/lights", get(ok));
        app = app.route("/lights/{id}", get(ok));
        app = app.route("/lights/{name}", post(ok));
    }
    let app = app.route("/users", post(ok));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
