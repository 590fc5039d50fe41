fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let done = std::process::Command::new("cornucopia")
        .args(["schema", "migrations", "-d", &out])
        .status();
    assert!(done.unwrap().success());
}
