use config::{Config, ConfigError, Environment};

pub fn load() -> Result<Config, ConfigError> {
    Config::builder()
        .set_default("server.port", 4200)?
        .set_default("tokens.jwt.secret", "")?
        .set_default("tokens.jwt.issuer", "quay")?
        .add_source(Environment::with_prefix("QUAY").separator("__"))
        .build()
}

fn main() {
    load().expect("settings");
}
