use std::env;

fn main() {
    let secret = env::var("JWT_SECRET").expect("JWT_SECRET is not set");
    println!("{}", secret.len());
}
