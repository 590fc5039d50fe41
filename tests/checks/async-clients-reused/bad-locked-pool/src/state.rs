use sqlx::{PgPool, Pool, Postgres};
use tokio::sync::{Mutex, RwLock};

pub struct AppState {
    pub db: Mutex<Pool<Postgres>>,
    /// Whoever reads shares it.
    pub archive: RwLock<PgPool>,
    /// Only a clone is taken out.
    pub spare: Mutex<PgPool>,
    /// No pool.
    pub seats: Mutex<Vec<u32>>,
}
