mod closing;
#[path = "books/year.rs"]
mod year;

fn main() {
    closing::close(year::CURRENT);
}
