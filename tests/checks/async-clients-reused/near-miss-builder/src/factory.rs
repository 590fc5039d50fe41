use std::time::Duration;

#[derive(Default)]
pub struct Factory {
    insecure: bool,
}

impl Factory {
    /// What a client is made of; nothing is opened by it.
    pub fn new_builder(&self) -> reqwest::ClientBuilder {
        let builder = reqwest::ClientBuilder::new().timeout(Duration::from_secs(10));
        if self.insecure {
            builder.danger_accept_invalid_certs(true)
        } else {
            builder
        }
    }

    pub fn build(&self) -> reqwest::Client {
        self.new_builder().build().expect("a client")
    }
}
