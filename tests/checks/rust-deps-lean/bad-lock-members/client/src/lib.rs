pub fn ask(client: reqwest::Client) {
    drop((client, octocrab::instance()));
}
