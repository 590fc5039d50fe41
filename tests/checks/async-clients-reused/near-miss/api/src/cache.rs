use axum::extract::State;
use redis::aio::ConnectionManager;
use redis::AsyncCommands;

/// A pool of its own size, which is read.
#[derive(Clone)]
pub struct Notices {
    manager: ConnectionManager,
    pool: deadpool_redis::Pool,
    pool_size: usize,
}

impl Notices {
    pub async fn new(url: &str) -> Self {
        let client = redis::Client::open(url).unwrap();
        let manager = ConnectionManager::new(client).await.unwrap();
        let pool = deadpool_redis::Config::from_url(url).create_pool(None).unwrap();
        Notices { manager, pool, pool_size: 16 }
    }

    pub fn is_full(&self) -> bool {
        self.pool.status().size >= self.pool_size
    }

    pub async fn lookup(&self, key: &str) -> Option<String> {
        let mut conn = self.pool.get().await.ok()?;
        conn.get(key).await.ok()
    }

    /// Listens for as long as the program runs.
    pub async fn listen(&self, client: redis::Client) {
        let mut conn = client.get_multiplexed_async_connection().await.unwrap();
        loop {
            let _: Option<String> = conn.blpop("notices", 0.0).await.ok();
        }
    }
}

pub async fn notice(State(notices): State<Notices>) -> String {
    let mut manager = notices.manager.clone();
    manager.get("notice").await.unwrap_or_default()
}
