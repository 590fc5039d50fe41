pub struct Stations {
    http: reqwest::Client,
}

impl Stations {
    pub fn new() -> Self {
        Self::of("https://stations.example.com")
    }

    pub fn of(_address: &str) -> Self {
        Self { http: reqwest::Client::new() }
    }

    pub async fn nearest(&self) -> String {
        let found = self.http.get("https://stations.example.com").send().await;
        format!("{}", found.is_ok())
    }
}
