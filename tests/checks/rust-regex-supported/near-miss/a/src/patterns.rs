use regex::Regex;

pub fn of(depot: &str) -> Option<Regex> {
    let pattern = format!("(?i){depot}(?=x)");
    Regex::new(&pattern).ok()
}
