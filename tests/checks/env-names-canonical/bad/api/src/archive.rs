use std::env;

pub struct Archive;

impl Archive {
    pub fn folder() -> Option<String> {
        env::var("ARCHIVE_PATH").ok()
    }
}
