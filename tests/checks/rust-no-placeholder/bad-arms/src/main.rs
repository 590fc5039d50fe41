use axum::{extract::Path, http::StatusCode, routing::{get, post}, Router};

mod barges;
mod gates;

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/gates/{id}", post(open_gate))
        .route("/barges/{id}", get(barge))
        .route("/columns", get(columns));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

async fn open_gate(Path(id): Path<u32>) -> StatusCode {
    let gate = if id > 9 { gates::Gate::Upper } else { gates::Gate::Lower };
    gates::turn(gate)
}

async fn barge(Path(id): Path<u32>) -> Result<String, StatusCode> {
    barges::shown(id)
}

async fn columns() -> StatusCode {
    if std::env::var("WIDE").is_ok() {
        todo!()
    }
    StatusCode::OK
}
