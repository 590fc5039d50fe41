//! What is accepted from outside.

use std::sync::LazyLock;

use regex::Regex;

/// One or two letters and a number: `A12`, `NB7`.
static BERTH_LABEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?=.*\d)[A-Z]{1,2}\d{1,3}$").expect("a valid pattern"));
static COUNTRY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[A-Z]{2}$").expect("a valid pattern"));
static MAIL_ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$").expect("a valid pattern"));

pub fn is_berth_label(text: &str) -> bool {
    BERTH_LABEL.is_match(text)
}

pub fn is_country(text: &str) -> bool {
    COUNTRY.is_match(text)
}

pub fn is_mail_address(text: &str) -> bool {
    MAIL_ADDRESS.is_match(text)
}
