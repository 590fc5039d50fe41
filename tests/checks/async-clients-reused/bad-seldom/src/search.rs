use std::sync::LazyLock;

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

// requests wait for this one
pub async fn search(words: String) -> String {
    let answer = CLIENT.get(format!("https://finds.example.com/{words}")).send().await.unwrap();
    answer.text().await.unwrap()
}
