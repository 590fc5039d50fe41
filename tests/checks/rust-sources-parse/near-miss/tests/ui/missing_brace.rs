fn main() {
    depot::macro_that_fails!(
}
