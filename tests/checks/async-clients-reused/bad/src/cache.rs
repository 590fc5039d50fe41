use redis::AsyncCommands;

pub struct NoticeCache {
    client: redis::Client,
    pub max_connections: usize,
}

impl NoticeCache {
    pub fn new(url: &str) -> Self {
        NoticeCache {
            client: redis::Client::open(url).unwrap(),
            max_connections: 40,
        }
    }

    pub async fn lookup(&self, key: &str) -> Option<String> {
        let mut conn = self.client.get_multiplexed_async_connection().await.ok()?;
        conn.get(key).await.ok()
    }
}

pub async fn notice() -> String {
    let client = redis::Client::open("redis://cache").unwrap();
    let mut conn = client.get_async_connection().await.unwrap();
    conn.get("notice").await.unwrap()
}
