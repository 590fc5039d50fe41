pub fn send() {
    let user = std::env::var("MAIL_USER").unwrap_or_default();
    println!("{user}");
}
