pub async fn register(name: String) -> String {
    let told = name.clone();
    // Nobody waits for the hook's answer.
    tokio::spawn(async move {
        let _ = reqwest::Client::builder()
            .build()
            .unwrap()
            .post("http://hooks.berths.example/boats")
            .json(&serde_json::json!({ "name": told }))
            .send()
            .await;
    });
    name
}
