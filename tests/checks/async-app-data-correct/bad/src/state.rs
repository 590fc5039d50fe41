#[derive(Clone, Default)]
pub struct Rates;

pub struct Store;

pub struct Settings {
    pub url: String,
}

impl Settings {
    pub fn from_env() -> Result<Self, std::env::VarError> {
        Ok(Settings { url: std::env::var("STORE_URL")? })
    }
}

impl Store {
    pub async fn open(_url: &str) -> std::io::Result<Store> {
        Ok(Store)
    }
}
