fn main() {
    dotenv_build::output(dotenv_build::Config::default()).unwrap();
    let out = std::env::var("OUT_DIR").expect("OUT_DIR is set by cargo");
    println!("cargo::rustc-env=PROFILE_DIR={out}");
}
