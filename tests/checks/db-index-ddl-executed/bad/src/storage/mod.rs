pub mod tuning;

pub async fn start() {}
