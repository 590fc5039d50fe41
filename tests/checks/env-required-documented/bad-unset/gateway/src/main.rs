use std::env;

fn main() {
    let database = env::var("DATABASE_URL").expect("DATABASE_URL");
    let secret = env::var("SESSION_SECRET").expect("SESSION_SECRET must be set");
    let port = env::var("HTTP_PORT").unwrap_or_else(|_| "8080".into());
    gateway::run(&database, &secret, &port);
}
