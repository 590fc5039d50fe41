use std::env;

fn main() {
    println!("{}", env::var("HARBOUR_ID").unwrap());
}
