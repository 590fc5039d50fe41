use prometheus::IntCounterVec;
use url::Url;

pub struct TideFeed {
    client: reqwest::Client,
    asked: IntCounterVec,
}

impl TideFeed {
    /// Asks the institute for one of its three tables.
    pub async fn fetch_table(&self, url: Url) -> Result<String, reqwest::Error> {
        let path = url.path().to_owned();
        let answer = self.client.get(url).send().await?.text().await;
        let status = if answer.is_ok() { "ok" } else { "failed" };
        self.asked.with_label_values(&[path.as_str(), status]).inc();
        answer
    }
}
