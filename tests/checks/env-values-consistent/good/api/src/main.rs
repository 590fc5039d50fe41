fn main() { println!("{:?}", std::env::var("CURRENCY")); }
