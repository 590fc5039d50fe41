fn main() { println!("{:?}", std::env::var("HARBOUR_ID")); }
