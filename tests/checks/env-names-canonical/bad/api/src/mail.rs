pub fn send() {
    let user = std::env::var("MAIL_USERNAME").unwrap_or_default();
    println!("{user}");
}
