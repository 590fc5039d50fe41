fn main() {
    println!("{}", quay::due(3));
}
