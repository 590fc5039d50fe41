use serde::Deserialize;

#[derive(Deserialize)]
struct Config {
    host: String,
    #[serde(rename = "store")]
    database: String,
    #[serde(skip)]
    started: bool,
}

fn load() -> Result<Config, envy::Error> {
    envy::prefixed("QUAY_").from_env()
}

fn main() {
    let config = load().expect("no configuration");
    println!("{} {} {}", config.host, config.database, config.started);
}
