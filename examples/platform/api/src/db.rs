use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, Pool};
use redis::aio::ConnectionManager as RedisManager;

pub type PgPool = Pool<ConnectionManager<PgConnection>>;

pub fn connect(url: &str) -> PgPool {
    let size = std::env::var("DATABASE_POOL_SIZE")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(8);
    Pool::builder()
        .max_size(size)
        .connection_timeout(std::time::Duration::from_secs(5))
        .build(ConnectionManager::new(url))
        .expect("the database pool could not be built")
}

pub async fn connect_redis(url: &str) -> redis::RedisResult<RedisManager> {
    redis::Client::open(url)?.get_connection_manager().await
}
