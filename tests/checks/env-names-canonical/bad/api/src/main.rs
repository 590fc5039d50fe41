use std::env;

mod mail;
mod notify;

fn main() {
    let origins = env::var("ALLOWED_ORIGINS").unwrap_or_else(|_| "http://localhost:5173".into());
    let database = env::var("DATABASE_URL").expect("DATABASE_URL");
    let secret = env::var("TOKEN_SECRET").expect("TOKEN_SECRET");
    let expiration = env::var("TOKEN_EXPIRATION").unwrap_or_else(|_| "3600".to_string());
    println!("{origins} {database} {} {expiration}", secret.len());
    mail::send();
    notify::send();
}
