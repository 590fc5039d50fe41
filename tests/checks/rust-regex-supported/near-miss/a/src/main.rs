use fancy_regex::Regex;

mod patterns;

fn main() {
    let strong = Regex::new(r"^(?=.*\d)(?=.*[a-z]).{8,}$").unwrap();
    let twice = pcre2::bytes::Regex::new(r"(\w)\1").unwrap();
    // regex::Regex::new(r"(?=never compiled)")
    let octal = regex::RegexBuilder::new(r"\141").octal(true).build();
    let text = "regex::Regex::new(\"(?!a)\")";
    println!("{strong:?} {twice:?} {octal:?} {text}");
}

#[cfg(test)]
mod tests {
    #[test]
    fn refuses_look_ahead() {
        assert!(regex::Regex::new(r"(?=a)").is_err());
    }
}
