mod parcels;

fn main() {}
