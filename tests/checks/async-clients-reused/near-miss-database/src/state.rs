use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::sync::OnceCell;

static POOL: OnceCell<PgPool> = OnceCell::const_new();

/// Made by the first who asks.
pub async fn pool() -> &'static PgPool {
    POOL.get_or_init(|| async {
        PgPoolOptions::new().max_connections(8).connect(&url()).await.unwrap()
    })
    .await
}

pub struct Guests {
    pub pool: PgPool,
}

impl Guests {
    pub async fn new() -> Self {
        Self { pool: PgPool::connect(&url()).await.unwrap() }
    }
}

/// Connects when it is first used.
pub fn lazily() -> PgPool {
    PgPoolOptions::new().connect_lazy(&url()).unwrap()
}

fn url() -> String {
    std::env::var("DATABASE_URL").expect("DATABASE_URL")
}
