use axum::{
    body::{Body, Bytes},
    extract::Multipart,
    response::{IntoResponse, Response},
    routing::{get, post},
    Router,
};

#[tokio::main]
async fn main() {
    // read once, at the start
    let page = std::fs::read("static/index.html").unwrap();
    let app = Router::new()
        .route("/logo", get(logo).post(upload_logo))
        .route("/hook", post(hook))
        .route("/small", get(settings));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
    drop(page);
}

// the framework takes no more than 2 MiB
async fn upload_logo(mut form: Multipart) -> Response {
    while let Some(field) = form.next_field().await.unwrap() {
        let logo = field.bytes().await.unwrap();
        tokio::fs::write("logo.png", &logo).await.unwrap();
    }
    "ok".into_response()
}

async fn hook(body: Bytes) -> Response {
    body.len().to_string().into_response()
}

async fn logo() -> Response {
    let file = tokio::fs::File::open("logo.png").await.unwrap();
    Body::from_stream(tokio_util::io::ReaderStream::new(file)).into_response()
}

async fn settings() -> Response {
    let text = tokio::fs::read("settings.toml").await.unwrap();
    let settings: Settings = toml::from_slice(&text).unwrap();
    axum::Json(settings).into_response()
}

#[cfg(test)]
mod tests {
    async fn answer() -> super::Response {
        let data = std::fs::read("tests/large.bin").unwrap();
        super::Body::from(data).into_response()
    }
}
