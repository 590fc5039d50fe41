mod cache;
mod tides;

fn main() {}
