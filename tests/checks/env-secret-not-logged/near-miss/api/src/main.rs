use std::env;

fn main() {
    let secret = env::var("JWT_SECRET").ok();
    let database_url = env::var("DATABASE_URL").unwrap();
    log::info!("secret set: {}", secret.is_some());
    log::info!("database {}", mask(&database_url));
    log::info!("length {}", database_url.len());
    // log::info!("{}", database_url);
    log::info!("database_url is read");
    let port = env::var("PORT").unwrap();
    log::info!("port {port}");
}

fn other(database_url: &str) {
    log::info!("not the one that was read: {}", database_url.len());
}

fn mask(_: &str) -> &str {
    "***"
}
