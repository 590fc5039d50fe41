use std::net::{IpAddr, Ipv4Addr};

use rocket::config::{Config, LogLevel};

#[rocket::launch]
fn launch() -> _ {
    let settings = Config {
        address: IpAddr::V4(Ipv4Addr::new(0, 0, 0, 0)),
        log_level: LogLevel::Off,
        ..Config::default()
    };
    rocket::custom(settings).mount("/", rocket::routes![])
}
