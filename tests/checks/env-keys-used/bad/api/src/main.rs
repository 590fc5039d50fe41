use std::env;

fn main() {
    // OLD_LIMIT was read here once
    println!("{:?} {:?}", env::var("HARBOUR_ID"), env::var("MOORING_FEE"));
    println!("{:?} {:?}", env::var("QUAY_COUNT"), env::var("TIDE_STATION"));
}
