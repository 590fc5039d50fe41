use regex::Regex;

fn main() {
    let code = Regex::new(r"^(?P<country>[A-Z]{2})-(?:[0-9]{4}|[[:alpha:]&&[^aeiou]]+)$").unwrap();
    let spaced = Regex::new(
        r"(?x)
        (?P<year>\d{4})  # the year (four digits, not (?=two))
        -
        (?P<month>\d{2}) # the month
        ",
    );
    println!("{code} {spaced:?}");
}
