const PROFILE: &str = env!("TIDE_PROFILE");
const GAUGE_SALT: &str = env!("TIDE_GAUGE_SALT");
const CHANNEL: Option<&str> = option_env!("TIDE_CHANNEL");

fn main() {
    let url = std::env::var("TIDE_URL").expect("TIDE_URL is not set");
    println!("{PROFILE} {GAUGE_SALT} {CHANNEL:?} {url}");
}
