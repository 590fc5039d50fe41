use regex::bytes::RegexBuilder;
use regex::Regex;

pub struct Page;

impl Page {
    /// Nothing but the test below has come to use it.
    pub fn links(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        for line in text.lines() {
            let re = Regex::new(r#".*href="/(.+?)".*"#).unwrap();
            if let Some(link) = re.captures(line) {
                found.push(link[1].to_string());
            }
        }
        found
    }
}

pub fn listed(lines: &[String]) -> usize {
    let mut found = 0;
    for line in lines {
        let marked = RegexBuilder::new(r"^listed\b").case_insensitive(true).build().unwrap();
        found += usize::from(marked.is_match(line.as_bytes()));
    }
    found
}

#[ignore]
#[tokio::test]
async fn links_are_found() {
    assert_eq!(Page::links("<a href=\"/berths\">"), ["berths"]);
}
