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
        .route("/small", get(settings))
        .route("/uptime", get(uptime))
        .route("/portrait", post(upload_portrait))
        .route("/tides.png", get(tide_chart))
        .route("/badge", get(show_badge).post(upload_badge));
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

// kept from the time that it was drawn here, when it was held as a whole too
async fn tide_chart() -> Response {
    let kept = std::path::Path::new("charts").join("tides.png");
    if kept.exists() {
        let png = std::fs::read(&kept).unwrap();
        return Body::from(png).into_response();
    }
    let png = vec![137, 80, 78, 71];
    std::fs::write(&kept, &png).unwrap();
    Body::from(png).into_response()
}

// no larger than what was taken in
async fn show_badge() -> Response {
    let data = tokio::fs::read("badge.png").await.unwrap();
    Body::from(data).into_response()
}

async fn upload_badge(mut form: Multipart) -> Response {
    while let Some(field) = form.next_field().await.unwrap() {
        let badge = field.bytes().await.unwrap();
        if badge.len() > 2 * 1024 * 1024 {
            return axum::http::StatusCode::PAYLOAD_TOO_LARGE.into_response();
        }
        tokio::fs::write("badge.png", &badge).await.unwrap();
    }
    "ok".into_response()
}

// the length is looked at before the first chunk is
async fn upload_portrait(headers: axum::http::HeaderMap, form: Multipart) -> Response {
    if content_len_limit(&headers, 5).is_err() {
        return axum::http::StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    keep_portrait(form).await
}

async fn keep_portrait(mut form: Multipart) -> Response {
    let mut portrait: Vec<u8> = Vec::with_capacity(32 * 1024);
    if let Some(mut field) = form.next_field().await.unwrap() {
        while let Some(chunk) = field.chunk().await.unwrap() {
            portrait.extend(chunk);
        }
    }
    tokio::fs::write("portrait.png", &portrait).await.unwrap();
    "ok".into_response()
}

fn content_len_limit(headers: &axum::http::HeaderMap, megabytes: u64) -> Result<(), ()> {
    let told = headers.get("content-length").and_then(|one| one.to_str().ok());
    let length: u64 = told.and_then(|one| one.parse().ok()).ok_or(())?;
    if length > megabytes << 20 { Err(()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    async fn answer() -> super::Response {
        let data = std::fs::read("tests/large.bin").unwrap();
        super::Body::from(data).into_response()
    }
}

// what a program writes, no file
async fn uptime() -> Response {
    let mut child = std::process::Command::new("uptime")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut body = Vec::new();
    output.read_to_end(&mut body).unwrap();
    body.into_response()
}
