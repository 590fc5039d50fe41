use std::env;

fn main() {
    println!("{:?} {:?}", env::var("SESSION_TTL"), env::var("DATABASE_URL"));
    println!("{:?}", env::var("CURRENCY"));
}
