use crate::cache::Cache;
use sqlx::PgPool;

#[derive(Clone)]
pub struct AppState {
    pub pool: PgPool,
    pub cache: Cache,
}

impl AppState {
    pub async fn connect() -> anyhow::Result<Self> {
        let pool = PgPool::connect(&std::env::var("DATABASE_URL")?).await?;
        let cache = Cache::connect(&std::env::var("REDIS_URL")?).await?;
        Ok(Self { pool, cache })
    }
}
