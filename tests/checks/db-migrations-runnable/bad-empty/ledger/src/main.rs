fn main() {
    println!("ledger");
}
