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

fn is_known(kind: &str) -> bool {
    Regex::new(r"^(crate|pallet)$").is_ok_and(|known| known.is_match(kind))
}

fn words(text: &str) -> Vec<String> {
    Regex::new(r"\w+").unwrap().find_iter(text).map(|one| one.as_str().to_string()).collect()
}

fn listed(text: &str) {
    for word in words(text) {
        println!("{word}");
    }
}

/// Once a night.
fn sweep(clock: &std::sync::mpsc::Receiver<()>) {
    while clock.recv().is_ok() {
        for kind in ["crate", "pallet", "tub"] {
            println!("{kind} {}", is_known(kind));
        }
        println!("{}", is_known("night"));
        listed("crates and pallets");
    }
}

fn main() {
    sweep(&std::sync::mpsc::channel().1);
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
