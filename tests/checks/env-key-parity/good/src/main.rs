use std::env;

fn main() {
    let database_url = env::var("DATABASE_URL").expect("DATABASE_URL must be set");
    let level = env::var("FERRY_LOG").unwrap_or_else(|_| "info".into());
    let secret = env::var("SESSION_SECRET").expect("SESSION_SECRET must be set");
    println!("{database_url} {level} {}", secret.len());
}
