fn main() { println!("ready"); }
