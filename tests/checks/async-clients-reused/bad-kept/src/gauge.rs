use std::time::Duration;

#[derive(Clone)]
pub struct Gauge {
    http: reqwest::Client,
}

impl Gauge {
    pub fn new() -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
        Gauge { http }
    }

    pub async fn read(&self, name: &str) -> String {
        self.http.get(name).send().await.unwrap().text().await.unwrap()
    }
}
