use deadpool_redis::{Config, Runtime};

// no database
pub fn cache(url: &str) -> deadpool_redis::Pool {
    let mut config = Config::from_url(url);
    config.pool = Some(deadpool_redis::PoolConfig::new(500));
    config.create_pool(Some(Runtime::Tokio1)).unwrap()
}
