/// The name of a part with its number.
#[macro_export]
macro_rules! numbered {
    ($part:expr) => {
        format!("{} {}", $part, $crate::slip())
    };
}

/// A slip that names one move of the crane.
pub fn slip() -> String {
    log::debug!("a slip is written");
    ulid::Ulid::new().to_string()
}

pub fn settings(text: &str) -> Option<toml::Table> {
    text.parse().ok()
}
