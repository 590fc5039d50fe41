use lazy_static::lazy_static;
use std::env;

lazy_static! {
    pub static ref FOLDER: String = env::var("SESSION_DIR").unwrap();
//    pub static ref DEPTH: String = env::var("GAUGE_DEPTH").unwrap();
}

fn main() {
    println!("{}", FOLDER.len());
}
