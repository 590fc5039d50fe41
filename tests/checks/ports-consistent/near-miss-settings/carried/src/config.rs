use std::env;

pub struct Config {
    pub host: String,
    pub port: u16,
}

impl Config {
    pub fn from_env() -> Self {
        Config {
            host: "0.0.0.0".to_string(),
            port: env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(8081),
        }
    }
}
