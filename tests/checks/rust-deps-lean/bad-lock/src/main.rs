fn main() {
    let _client = reqwest::Client::new();
}
