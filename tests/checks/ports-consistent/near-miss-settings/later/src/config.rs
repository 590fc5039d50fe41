use std::env;

pub struct Config {
    pub host: String,
    pub port: u16,
}

impl Config {
    pub fn from_env() -> Self {
        let mut read = Config { host: "0.0.0.0".to_string(), port: 8081 };
        if let Ok(shift) = env::var("SHIFT") {
            read.port = 3000 + shift.parse::<u16>().unwrap_or(0);
        }
        read
    }
}
