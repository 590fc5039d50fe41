mod config;
mod files;
mod mock_store;
mod ledger;
mod scales;

use axum::{extract::Multipart, routing::{get, post}, Router};
use tokio::fs;
use tokio::process::Command;

/// `fs` is tokio's here.
async fn upload(mut body: Multipart) -> String {
    while let Ok(Some(field)) = body.next_field().await {
        let data = field.bytes().await.unwrap();
        fs::create_dir_all("uploads").await.unwrap();
        fs::write("uploads/last", data).await.unwrap();
    }
    let listed = Command::new("ls").output().await.unwrap();
    String::from_utf8_lossy(&listed.stdout).into_owned()
}

async fn slow() -> &'static str {
    // a moment for another process to let go of its lock
    std::thread::sleep(std::time::Duration::from_millis(5));
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    // std::thread::sleep(std::time::Duration::from_secs(1));
    "thread::sleep"
}

async fn cached(client: redis::Client) -> Option<String> {
    use redis::AsyncCommands;
    let mut conn = client.get_multiplexed_async_connection().await.ok()?;
    conn.get("quote").await.ok()
}

async fn start_worker() {
    // started, not waited for
    std::process::Command::new("worker").spawn().unwrap();
    std::thread::spawn(|| loop {
        std::thread::sleep(std::time::Duration::from_secs(60));
    });
}

async fn weigh() -> String {
    let (sender, weights) = std::sync::mpsc::channel();
    let scales = scales::Scales::attach("/dev/ttyS0", sender);
    format!("{}: {:?}", scales.name, weights.try_recv())
}

/// Called by nothing that is async.
fn hash(password: &str) -> String {
    bcrypt::hash(password, 10).unwrap()
}

#[tokio::main]
async fn main() {
    let settings = config::load().await;
    let key = std::fs::read(&settings.key).expect("key");
    let app = Router::new()
        .route("/upload", post(upload))
        .route("/slow", get(slow))
        .route("/files/{name}", get(files::serve))
        .route("/weight", get(weigh))
        .route("/mock", get(mock_store::keep))
        .route("/ledger", get(ledger::copied))
        .route("/sizes", get(files::sizes));
    start_worker().await;
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
    drop(key);
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn hashes() {
        std::thread::sleep(std::time::Duration::from_millis(1));
        assert!(!super::hash("x").is_empty());
    }
}
