fn main() {
    set("TIDE_PROFILE", "PROFILE");
}

fn set(key: &str, from: &str) {
    if let Ok(value) = std::env::var(from) {
        println!("cargo:rustc-env={key}={value}");
    }
}
