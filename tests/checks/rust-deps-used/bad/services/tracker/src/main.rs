//! Tracks parcels. `humantime` was tried for the intervals.

use axum::{routing::get, Json, Router};
use rustix::{
    fs::Mode,
    io::Errno,
};
use serde::Serialize;

// use reqwest::Client;
/* humantime::format_duration(since), in words */

#[derive(Serialize)]
struct Scan<'a> {
    depot: &'a str,
    format: &'static str,
}

async fn latest() -> Json<Scan<'static>> {
    let mark = 'c';
    let format = if mark == '"' { "csv, with a header" } else { "csv" };
    Json(Scan { depot: "north", format: r#"as "csv" or json"# })
}

fn may_read(mode: Mode) -> Result<(), Errno> {
    if mode.contains(Mode::RUSR) { Ok(()) } else { Err(Errno::ACCESS) }
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/scans/latest", get(latest));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
