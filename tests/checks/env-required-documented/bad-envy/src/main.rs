use serde::Deserialize;

#[derive(Deserialize)]
struct Config {
    host: String,
    port: u16,
}

impl Config {
    fn from_env() -> Result<Self, envy::Error> {
        envy::prefixed("QUAY-SERVICE_").from_env::<Self>()
    }
}

fn main() {
    let config = Config::from_env().expect("no configuration");
    println!("{}:{}", config.host, config.port);
}
