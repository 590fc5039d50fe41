use std::path::Path;

use axum::{http::StatusCode, routing::post, Router};

enum Fault {
    Log(LogFault),
    Other,
}

enum LogFault {
    Incompatible,
}

async fn handshake(_folder: &Path) -> Result<u64, Fault> {
    tokio::task::yield_now().await;
    Err(Fault::Log(LogFault::Incompatible))
}

/// What a broken store costs is paid once.
async fn follow() -> Result<String, StatusCode> {
    let folder = Path::new("/var/lib/tides");
    match handshake(folder).await {
        Err(Fault::Log(
            LogFault::Incompatible,
        )) => {
            if folder.exists() {
                std::fs::remove_dir_all(folder).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
            }
            Err(StatusCode::CONFLICT)
        }
        Err(Fault::Other) => Err(StatusCode::BAD_GATEWAY),
        Ok(index) => Ok(index.to_string()),
    }
}

async fn check() -> StatusCode {
    let folder = Path::new("/var/lib/tides");
    if let Err(fault) = handshake(folder).await {
        std::fs::remove_dir_all(folder).ok();
        return match fault {
            Fault::Log(_) => StatusCode::CONFLICT,
            Fault::Other => StatusCode::BAD_GATEWAY,
        };
    }
    StatusCode::OK
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/follow", post(follow)).route("/check", post(check));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:7000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
