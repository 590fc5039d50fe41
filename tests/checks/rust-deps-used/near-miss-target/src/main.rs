mod target;

fn main() {
    target::ask();
}
