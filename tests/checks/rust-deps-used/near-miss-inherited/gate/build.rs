use std::{env, fs, path::Path};

fn main() {
    let names: Vec<String> = walkdir::WalkDir::new("pages").into_iter().flatten()
        .map(|one| format!("{:?}", one.path())).collect();
    let code = format!("pub static PAGES: phf::Set<&str> = phf::phf_set! {{ {} }};", names.join(","));
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("pages.rs"), code).unwrap();
}
