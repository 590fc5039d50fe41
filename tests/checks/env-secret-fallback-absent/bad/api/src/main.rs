use std::env;

fn main() {
    // signs the session cookies
    let secret = env::var("JWT_SECRET").unwrap_or_else(|_| "berths-please-change".to_string());
    let admin = env::var("ADMIN_PASSWORD").unwrap_or("harbour".into());
    println!("{} {}", secret.len(), admin.len());
}
