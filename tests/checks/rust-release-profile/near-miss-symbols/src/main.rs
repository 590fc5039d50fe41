fn main() { println!("relayed"); }
