//! Settings that come from a vault, far below `main`.

use std::time::Duration;

pub struct Source {
    address: String,
}

impl Source {
    fn http_client(&self) -> reqwest::Client {
        reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap()
    }

    async fn secrets(&self) -> String {
        let client = self.http_client();
        client.get(&self.address).send().await.unwrap().text().await.unwrap()
    }

    async fn document(&self) -> String {
        self.secrets().await
    }
}

async fn read_document() -> String {
    let source = Source { address: "https://vault.example".to_owned() };
    source.document().await
}

async fn settings() -> String {
    read_document().await
}

pub async fn serve_settings() {
    println!("{} bytes of settings", settings().await.len());
}
