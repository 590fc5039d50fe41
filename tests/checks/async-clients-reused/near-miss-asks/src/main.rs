#[tokio::main]
async fn main() {
    // asks once and ends: a download may take as long as it takes
    let http = reqwest::Client::new();
    let answer = http.get("https://depot.example/dump").send().await.unwrap();
    println!("{}", answer.bytes().await.unwrap().len());
}
