use axum::{routing::post, Json, Router};

async fn login(Json(body): Json<Credentials>) -> Json<bool> {
    let checked = tokio::task::spawn_blocking(move || {
        bcrypt::verify(&body.password, &body.hash).unwrap_or(false)
    })
    .await;
    Json(checked.unwrap_or(false))
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/login", post(login));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
