include!(concat!(env!("OUT_DIR"), "/pages.rs"));

fn main() {
    println!("{} {}", harbour_core::is_format!("{}"), PAGES.len());
}
