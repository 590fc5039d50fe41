use actix_web::{web, HttpResponse};
use regex::Regex;

pub async fn create(body: web::Json<Vec<String>>) -> HttpResponse {
    if body.iter().all(|line| is_code(line)) {
        HttpResponse::Created().finish()
    } else {
        HttpResponse::BadRequest().finish()
    }
}

fn is_code(text: &str) -> bool {
    let code = Regex::new(r"^[A-Z]{3}-\d{6}$").unwrap();
    code.is_match(text)
}

pub fn import(lines: &[String]) -> usize {
    let mut found = 0;
    for line in lines {
        let quantity = Regex::new(r"\bqty=(\d+)").unwrap();
        let note = Regex::new(r"\bnote=(.*)$").unwrap();
        if quantity.is_match(line) && note.is_match(line) {
            found += 1;
        }
    }
    found
}
