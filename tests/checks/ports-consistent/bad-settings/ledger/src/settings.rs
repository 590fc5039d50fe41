use std::env;

pub struct Settings {
    pub host: String,
    pub port: u16,
}

impl Settings {
    pub fn from_env() -> Result<Self, std::num::ParseIntError> {
        dotenvy::dotenv().ok();
        Ok(Settings {
            host: env::var("HOST").unwrap_or_else(|_| "0.0.0.0".to_string()),
            port: env::var("PORT")
                .unwrap_or_else(|_| "2000".to_string())
                .parse()?,
        })
    }
}
