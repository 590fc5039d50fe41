fn main() {
    invalid syntax :(
}
