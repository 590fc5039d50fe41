mod serial {
    pub mod port;
}

fn main() {
    let open = '{';
    println!("{}", serial::port::read("}", open));
}
