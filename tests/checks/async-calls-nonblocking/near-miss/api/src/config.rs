pub struct Settings {
    pub key: String,
}

pub async fn load() -> Settings {
    let text = std::fs::read_to_string("settings.toml").unwrap();
    Settings { key: text }
}
