use config::Environment;

fn main() {
    let settings = config::Config::builder()
        .add_source(Environment::with_prefix("BILLING").separator("__"))
        .build();
    let url = std::env::var("BILLING_STORE_URL");
    println!("{settings:?} {url:?}");
}
