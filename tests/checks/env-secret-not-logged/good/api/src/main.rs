use std::env;

fn main() {
    let database_url = env::var("DATABASE_URL").expect("DATABASE_URL");
    log::info!("connecting to {}", host_of(&database_url));
}

fn host_of(url: &str) -> &str {
    url.rsplit('@').next().unwrap_or("")
}
