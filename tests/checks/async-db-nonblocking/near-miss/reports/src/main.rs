use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::{extract::Extension, routing::get, Router};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

type DbPool = Pool<ConnectionManager<PgConnection>>;

static SERVED: AtomicU64 = AtomicU64::new(0);

diesel::table! {
    depots (id) {
        id -> Int4,
    }
}

macro_rules! with_db {
    ($pool:expr, $body:block) => {
        tokio::task::spawn_blocking(move || $body)
    };
}

/// Runs what it is given on a thread that may wait.
async fn run<T: Send + 'static>(
    pool: DbPool,
    work: impl FnOnce(&mut PgConnection) -> T + Send + 'static,
) -> T {
    tokio::task::spawn_blocking(move || work(&mut pool.get().unwrap())).await.unwrap()
}

async fn count(Extension(pool): Extension<DbPool>) -> String {
    SERVED.load(Ordering::Relaxed);
    let names = HashMap::from([("depots", 1)]);
    let first = names.values().collect::<Vec<_>>();
    let _ = first.first();
    let number: QueryResult<i64> = run(pool, |conn| depots::table.count().get_result(conn)).await;
    number.unwrap_or(0).to_string()
}

async fn in_place(Extension(pool): Extension<DbPool>) -> String {
    tokio::task::block_in_place(|| {
        let mut conn = pool.get().unwrap();
        // a transaction inherits what is around it: still off the worker
        let ids: QueryResult<Vec<i32>> = conn.transaction(|tx| depots::table.select(depots::id).load(tx));
        format!("{ids:?}")
    })
}

async fn through_macro(pool: DbPool) -> i64 {
    with_db!(pool, {
        let mut conn = pool.get().unwrap();
        depots::table.count().get_result(&mut conn).unwrap()
    })
    .await
    .unwrap()
}

async fn on_thread(pool: DbPool) {
    std::thread::spawn(move || {
        let mut conn = pool.get().unwrap();
        diesel::delete(depots::table).execute(&mut conn).ok();
    });
}

/// Called by nothing that is async.
fn purge(conn: &mut PgConnection) -> QueryResult<usize> {
    // let n = diesel::delete(depots::table).execute(conn)?;
    diesel::delete(depots::table).execute(conn)
}

#[tokio::main]
async fn main() {
    let pool: DbPool = Pool::builder()
        .build(ConnectionManager::new(std::env::var("DATABASE_URL").unwrap()))
        .unwrap();
    let mut conn = pool.get().unwrap();
    purge(&mut conn).unwrap();
    depots::table.count().get_result::<i64>(&mut conn).unwrap();
    let app = Router::new()
        .route("/depots", get(count))
        .route("/depots/ids", get(in_place))
        .layer(Extension(pool));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn counts() {
        let mut conn = PgConnection::establish("postgres://localhost/test").unwrap();
        depots::table.count().get_result::<i64>(&mut conn).unwrap();
    }
}
