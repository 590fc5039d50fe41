fn main() { println!("{}", std::env::var("BUILD_STAMP").unwrap()); }
