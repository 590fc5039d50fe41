use std::env;

mod metrics;

fn setting(key: &str, default: &str) -> String {
    env::var(key).unwrap_or_else(|_| default.to_string())
}

#[tokio::main]
async fn main() {
    let host = setting("HOST", "127.0.0.1");
    let port = setting("PORT", "6100");
    tokio::spawn(metrics::serve());
    let address = format!("{host}:{port}");
    let listener = tokio::net::TcpListener::bind(&address).await.expect("bind");
    axum::serve(listener, axum::Router::new()).await.unwrap();
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_free_port() {
        std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        std::net::TcpListener::bind("127.0.0.1:6101").unwrap();
    }
}
