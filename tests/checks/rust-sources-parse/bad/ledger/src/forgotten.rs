#[path = "archive.rs"]
mod archive;

pub fn nobody() {}
