pub async fn issues() -> reqwest::Result<String> {
    let _ = octocrab::instance();
    reqwest::get("https://example.org/issues").await?.text().await
}
