use redis::Commands;

pub struct Cache {
    client: redis::Client,
}

impl Cache {
    pub fn lookup(&self, key: &str) -> Option<String> {
        let mut conn = self.client.get_connection().ok()?;
        conn.get(key).ok()
    }
}

pub async fn cached() -> String {
    let cache = Cache { client: redis::Client::open("redis://cache").unwrap() };
    cache.lookup("quote").unwrap_or_default()
}

pub async fn ready() -> &'static str {
    let client = redis::Client::open("redis://cache").unwrap();
    let mut conn = client.get_connection().unwrap();
    let pong: String = redis::cmd("PING").query(&mut conn).unwrap();
    if pong == "PONG" { "ready" } else { "down" }
}
