pub fn start() {
    if let Ok(key) = std::env::var("MAILGUN_API_KEY") {
        println!("mail on, key of {} characters", key.len());
    }
}
