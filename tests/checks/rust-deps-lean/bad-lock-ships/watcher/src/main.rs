fn main() {
    let _ = octocrab::instance();
    let answer = reqwest::blocking::get("https://example.org/issues").unwrap();
    println!("{}", answer.status());
}
