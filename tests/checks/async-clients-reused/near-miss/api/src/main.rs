mod cache;
mod vault;

use cached::proc_macro::cached;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use axum::{routing::get, Router};

static HTTP: LazyLock<reqwest::Client> =
    LazyLock::new(|| reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap());
static SPARE: OnceLock<reqwest::Client> = OnceLock::new();

fn spare() -> &'static reqwest::Client {
    SPARE.get_or_init(|| reqwest::Client::new())
}

async fn proxied() -> String {
    // let client = reqwest::Client::new();
    let first = HTTP.get("https://carrier.example").send().await;
    let second = spare().get("https://carrier.example").send().await;
    format!("{} {}", first.is_ok(), second.is_ok())
}

/// Asked once in an hour for each issuer: the macro keeps the answer.
#[cached(time = 3600)]
async fn keys_of(issuer: String) -> Option<String> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().ok()?;
    client.get(issuer).send().await.ok()?.text().await.ok()
}

async fn keys() -> String {
    keys_of("https://login.example/keys".to_owned()).await.unwrap_or_default()
}

#[tokio::main]
async fn main() {
    vault::serve_settings().await;
    let notices = cache::Notices::new("redis://cache").await;
    let app = Router::new()
        .route("/proxied", get(proxied))
        .route("/keys", get(keys))
        .route("/notice", get(cache::notice))
        .with_state(notices);
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn proxies() {
        let client = reqwest::Client::new();
        assert!(client.get("http://localhost:3000/proxied").send().await.is_ok());
    }
}
