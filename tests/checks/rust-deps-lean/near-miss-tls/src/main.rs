#[tokio::main]
async fn main() {
    let shared = aws_config::load_from_env().await;
    let door = tokio::net::TcpListener::bind("0.0.0.0:25").await;
    println!("{:?} {:?}", shared.region(), door);
}

fn verify(stored: &str, given: &str) -> bool {
    if stored.starts_with("$argon2") {
        return argon2::verify_encoded(stored, given.as_bytes()).unwrap_or(false);
    }
    stored.starts_with("$pbkdf2") && pbkdf2::simple::pbkdf2_check(given, stored).is_ok()
}
