static_toml::static_toml! {
    static SETTINGS = include_toml!("quay.toml");
}

pub fn due(days: u32) -> u32 {
    days * tariff::per_day() * SETTINGS.berths.count as u32
}
