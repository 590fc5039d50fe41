mod cache;
mod links;
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

/// Each tenant has a proxy of its own: no client can be shared.
async fn through() -> String {
    let proxy = reqwest::Proxy::all(tenant_proxy().await).unwrap();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .proxy(proxy)
        .build()
        .unwrap();
    client.get("https://carrier.example").send().await.map(|_| "there").unwrap_or("no").to_owned()
}

#[cfg(debug_assertions)]
pub async fn an_error() -> reqwest::Error {
    reqwest::Client::builder().https_only(true).build().unwrap().get("http://x").send().await.unwrap_err()
}

#[tokio::main]
async fn main() {
    vault::serve_settings().await;
    let notices = cache::Notices::new("redis://cache").await;
    let app = Router::new()
        .route("/proxied", get(proxied))
        .route("/keys", get(keys))
        .route("/through", get(through))
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
