use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

use crate::parcels::schema::depots;

pub type DbPool = Pool<ConnectionManager<PgConnection>>;

pub fn pool() -> DbPool {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    Pool::builder().max_size(12).build(ConnectionManager::new(url)).expect("pool")
}

/// Only `main` calls it.
pub fn seed(conn: &mut PgConnection) {
    diesel::insert_into(depots::table)
        .default_values()
        .execute(conn)
        .expect("seed");
}
