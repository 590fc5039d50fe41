mod part;
fn main() {
    part::run();
}
