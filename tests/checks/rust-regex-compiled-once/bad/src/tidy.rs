use regex::Regex;

const MARKS: [&str; 2] = [r"\*\*", r"__"];

pub fn tidy(text: &str) -> String {
    let pairs = vec![
        (r"\s+$", ""),
        (r"\t", " "),
    ];
    let mut found = text.to_string();
    for (pattern, with) in pairs.iter() {
        if let Ok(known) = Regex::new(pattern) {
            found = known.replace_all(&found, *with).to_string();
        }
    }
    found
}

pub fn bare(text: &str, given: &[String]) -> String {
    let mut found = text.to_string();
    for mark in &MARKS {
        found = Regex::new(mark).unwrap().replace_all(&found, "").to_string();
    }
    for wanted in given {
        found = Regex::new(wanted).unwrap().replace_all(&found, "").to_string();
    }
    found
}

fn words(text: &str) -> usize {
    Regex::new(r"\w+").unwrap().find_iter(text).count()
}

pub fn is_long(text: &str) -> bool {
    words(text) > 400
}

#[actix_web::get("/tidy")]
pub async fn tidied(request: actix_web::HttpRequest) -> String {
    tidy(&bare(request.query_string(), &[]))
}
