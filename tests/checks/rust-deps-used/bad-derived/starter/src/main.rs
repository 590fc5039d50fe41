//! Lays out a new ledger.

fn manifest(name: &str) -> String {
    format!(
        r#"[package]
name = "{name}"
edition = "2021"

[dependencies]
bitflags = "2"
ledger-kit = {{ version = "0.2" }}
"#
    )
}

fn main() {
    let name = std::env::args().nth(1).expect("a name");
    std::fs::create_dir(&name).expect("a new folder");
    std::fs::write(format!("{name}/Cargo.toml"), manifest(&name)).expect("a manifest");
}
