/// A tool of the command line: made once, and the user waits by choice.
#[tokio::main]
async fn main() {
    let client = reqwest::Client::new();
    println!("{:?}", client.get("https://carrier.example").send().await);
}
