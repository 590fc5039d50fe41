use std::env;

/// Everything the service is told from outside.
#[derive(Clone)]
pub struct Config {
    pub bind_address: String,
    pub database_url: String,
    pub redis_url: String,
    pub allowed_origins: Vec<String>,
    pub session_secret: String,
    pub session_hours: i64,
    pub payment_webhook_secret: String,
    pub payment_api_url: String,
}

impl Config {
    pub fn from_env() -> Self {
        Config {
            bind_address: env::var("BIND_ADDRESS").unwrap_or_else(|_| "0.0.0.0:8080".into()),
            database_url: required("DATABASE_URL"),
            redis_url: required("REDIS_URL"),
            allowed_origins: env::var("ALLOWED_ORIGINS")
                .unwrap_or_default()
                .split(',')
                .filter(|origin| !origin.is_empty())
                .map(str::to_owned)
                .collect(),
            session_secret: env::var("SESSION_SECRET")
                .unwrap_or_else(|_| "tidewater-sessions".into()),
            session_hours: parsed("SESSION_EXPIRATION", 72),
            payment_webhook_secret: env::var("PAYMENT_WEBHOOK_SECRET")
                .expect("PAYMENT_WEBHOOK_SECRET is not set"),
            payment_api_url: env::var("PAYMENT_API_URL").expect("PAYMENT_API_URL is not set"),
        }
    }
}

fn required(key: &str) -> String {
    env::var(key).unwrap_or_else(|_| panic!("{key} is not set"))
}

fn parsed<T: std::str::FromStr>(key: &str, default: T) -> T {
    env::var(key)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}
