use once_cell::sync::Lazy;
use regex::{Regex, RegexSet};

const DOUBLED: &str = r"\b(\w+)\s+\1\b";

static POSTCODE: Lazy<Regex> = Lazy::new(|| Regex::new(r"^[1-9]\d{3}\s?(?!SA|SD|SS)[A-Z]{2}$").unwrap());

fn doubled() -> Result<Regex, regex::Error> {
    Regex::new(DOUBLED)
}

fn main() {
    let price = regex::bytes::Regex::new("(?<=EUR )\\d+").expect("a price");
    let sets = RegexSet::new([
        r"^inv-\d+$",
        r"^ord-(\d+$",
    ]);
    let broken = regex::RegexBuilder::new(r"[a-z").case_insensitive(true).build();
    println!("{} {:?} {:?} {:?} {:?}", POSTCODE.as_str(), price, sets, broken, doubled());
}

fn keel(text: &str) -> bool {
    let pattern = "^(?!keel).+$";
    let rule = Regex::new(pattern).unwrap();
    rule.is_match(text)
}
