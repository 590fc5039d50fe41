use regex::Regex;

/// The day that a name like `stock.date=2024-05-01.csv` is of.
fn day_of(name: &str) -> Option<String> {
    let re = Regex::new(r"date=(\d{4}-\d{2}-\d{2})").ok()?;
    Some(re.captures(name)?[1].to_string())
}

fn quantity_of(line: &str) -> Option<u64> {
    number_in(line.split(';').nth(2)?)
}

fn number_in(cell: &str) -> Option<u64> {
    let re = Regex::new(r"\d+").ok()?;
    re.find(cell)?.as_str().parse().ok()
}

pub fn days(names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for name in names {
        if name.ends_with("}.csv") {
            continue;
        }
        if let Some(day) = day_of(name) {
            found.push(day);
        }
    }
    found
}

pub fn total(text: &str) -> u64 {
    let mut sum = 0;
    for line in text.lines() {
        sum += quantity_of(line).unwrap_or(0);
    }
    sum
}
