use std::env;

fn main() {
    println!("{}", env::var("HOME").unwrap());
    println!("{}", env::var("HARBOUR_ID").unwrap());
    println!("{}", env::var("MOORING_FEE").unwrap());
    for n in 0..2 {
        println!("{}", env::var(format!("QUAY_{}_NAME", n)).unwrap());
    }
}

const COMMIT: &str = env!("HARBOUR_COMMIT");
const BUILT: &str = env!("HARBOUR_BUILT");
