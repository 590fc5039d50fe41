use desk_colours::red;

fn main() {
    let answer = reqwest::blocking::get("https://example.org").unwrap();
    println!("{}", red!("{}", answer.status()));
    let _ = (stripe_like::Client::new(), octocrab::instance());
}
