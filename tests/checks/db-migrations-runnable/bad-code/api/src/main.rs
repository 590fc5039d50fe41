mod db;
mod start;

fn main() {}
