use std::collections::HashMap;
use std::sync::Mutex;

pub struct Stats {
    registry: prometheus::Registry,
    requests: Mutex<HashMap<String, u64>>,
    settings: Settings,
}

pub struct Settings {
    pub boats: usize,
    pub seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { boats: 12, seconds: 300 }
    }
}

impl Stats {
    pub fn new() -> Self {
        Stats { registry: prometheus::Registry::new(), requests: Mutex::default(), settings: Settings::default() }
    }

    pub fn render_metrics(&self) -> String {
        prometheus::TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap()
    }

    pub fn memory_usage(&self) -> f64 {
        self.settings.boats as f64
    }

    pub fn count(&self, req: &actix_web::HttpRequest) {
        let key = req.match_pattern().unwrap_or_else(|| "other".into());
        *self.requests.lock().unwrap().entry(key).or_insert(0) += 1;
    }

    pub async fn send_summary(&self, to: &str) -> Result<(), Error> {
        // For now by mail only
        self.mail(to, &self.render_metrics()).await
    }
}
