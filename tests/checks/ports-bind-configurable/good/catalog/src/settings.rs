use std::env;

pub struct Settings {
    pub port: u16,
}

impl Settings {
    pub fn from_env() -> Self {
        Settings { port: env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(7200) }
    }
}
