fn main() {
    let answer = reqwest::Client::new();
    client::ask(answer);
}
