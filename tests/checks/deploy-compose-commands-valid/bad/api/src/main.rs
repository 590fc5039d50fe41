fn main() {
    println!("listening on {}", std::env::var("TIDE_ADDR").unwrap_or_default());
}
