fn main() { println!("{}", common::level()); }
