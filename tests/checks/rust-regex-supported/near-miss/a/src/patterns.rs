use regex::Regex;

pub fn of(depot: &str) -> Option<Regex> {
    let pattern = format!("(?i){depot}(?=x)");
    Regex::new(&pattern).ok()
}

fn chosen(strict: bool) -> Option<Regex> {
    let mut rule = "^(?!x)y$";
    if strict {
        rule = "^y$";
    }
    Regex::new(rule).ok()
}
