use std::cell::RefCell;
use std::sync::OnceLock;

use actix_web::{get, HttpRequest, HttpResponse};
use once_cell::sync::Lazy;
use regex::Regex;

lazy_static::lazy_static! {
    static ref DEPOT: Regex = Regex::new(r"^d\d+$").unwrap();
}

thread_local! {
    static LANE: RefCell<Regex> = RefCell::new(Regex::new(r"^l\d+$").unwrap());
}

struct Rules {
    code: Regex,
}

impl Rules {
    fn new() -> Self {
        Self { code: Regex::new(r"^[A-Z]+$").unwrap() }
    }
}

fn carrier() -> &'static Regex {
    static CARRIER: OnceLock<Regex> = OnceLock::new();
    CARRIER.get_or_init(|| Regex::new(r"^(post|courier)$").unwrap())
}

#[get("/scan/{code}")]
async fn scan(request: HttpRequest) -> HttpResponse {
    static SCAN: Lazy<Regex> = Lazy::new(|| Regex::new(r"^s\d+$").unwrap());
    let wanted = format!("^{}$", regex::escape(request.query_string()));
    let dynamic = Regex::new(&wanted);
    match dynamic.is_ok() && SCAN.is_match(request.path()) && carrier().is_match("post") {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::NotFound().finish(),
    }
}

fn main() {
    let rules = Rules::new();
    let once = Regex::new(r"^x$").unwrap();
    println!("{} {} {}", rules.code, once, DEPOT.as_str());
}

#[cfg(test)]
mod tests {
    #[test]
    fn each() {
        for _ in 0..3 {
            assert!(regex::Regex::new(r"a+").unwrap().is_match("aa"));
        }
    }
}
