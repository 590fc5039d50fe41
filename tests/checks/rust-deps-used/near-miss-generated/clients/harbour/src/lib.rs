//! Asks the harbour office for berths.

progenitor::generate_api!(
    interface = Builder,
    spec = "../../openapi/harbour.json",
);

pub fn office() -> reqwest::Url {
    reqwest::Url::parse("https://harbour.example/").expect("a constant")
}
