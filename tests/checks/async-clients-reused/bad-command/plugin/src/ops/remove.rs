use reqwest::Client;

pub async fn init(url: &str) {
    let answer = Client::new().delete(url).send().await.unwrap();
    println!("{}", answer.status());
}
