use std::sync::LazyLock;

use actix_web::{get, HttpRequest, HttpResponse};
use regex::Regex;

static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[A-Z]{3}-\d{6}$").unwrap());

#[get("/orders/{code}")]
async fn order(request: HttpRequest) -> HttpResponse {
    match CODE.is_match(request.path()) {
        true => HttpResponse::Ok().finish(),
        false => HttpResponse::NotFound().finish(),
    }
}

fn main() {}
