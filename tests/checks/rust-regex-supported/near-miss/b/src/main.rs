use regex::Regex;

fn main() {
    println!("{:?}", Regex::new(r"(?<!\d)\d{3}(?!\d)"));
}
