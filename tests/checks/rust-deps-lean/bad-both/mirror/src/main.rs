fn main() {
    reqwest::Client::new();
}
