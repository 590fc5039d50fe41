use axum::{extract::State, routing::get, Router};
use sqlx::PgPool;

async fn all(State(pool): State<PgPool>) {
    // sorted by a key
    sqlx::query("SELECT id FROM readings ORDER BY id DESC LIMIT 50").fetch_all(&pool).await.ok();
    // an indexed condition leaves few rows to sort
    sqlx::query("SELECT id FROM readings WHERE apiary_id = $1 ORDER BY taken_at DESC LIMIT 50").fetch_all(&pool).await.ok();
    sqlx::query("SELECT id FROM readings WHERE status = 'new' ORDER BY taken_at LIMIT 1").fetch_all(&pool).await.ok();
    // an index holds just these rows
    sqlx::query("SELECT id FROM readings WHERE sent_at IS NULL ORDER BY taken_at LIMIT 10").fetch_all(&pool).await.ok();
    // all rows are read: an index is no matter
    sqlx::query("SELECT id FROM readings ORDER BY taken_at DESC").fetch_all(&pool).await.ok();
    sqlx::query("SELECT sensor, max(taken_at) AS newest FROM readings GROUP BY sensor ORDER BY newest DESC LIMIT 5").fetch_all(&pool).await.ok();
    sqlx::query("SELECT DISTINCT priority, taken_at FROM readings ORDER BY taken_at LIMIT 5").fetch_all(&pool).await.ok();
    // computed, or searched for in a way that may leave few
    sqlx::query("SELECT id FROM readings ORDER BY lower(sensor) LIMIT 5").fetch_all(&pool).await.ok();
    sqlx::query("SELECT id FROM readings WHERE sensor ILIKE $1 ORDER BY taken_at LIMIT 5").fetch_all(&pool).await.ok();
    // the oldest rows, whatever their share is
    sqlx::query("SELECT id FROM readings WHERE taken_at < $1").fetch_all(&pool).await.ok();
    // a handful of rows
    sqlx::query("SELECT id FROM settings ORDER BY saved_at DESC LIMIT 1").fetch_all(&pool).await.ok();
    sqlx::query("INSERT INTO settings (saved_at) VALUES (now())").execute(&pool).await.ok();
    sqlx::query("INSERT INTO readings (apiary_id, sensor, status) VALUES (1, '', '')").execute(&pool).await.ok();
}

/// Once a night, for nobody who waits.
async fn report(pool: &PgPool) {
    sqlx::query("SELECT id FROM readings WHERE discarded = FALSE ORDER BY priority LIMIT 5").fetch_all(pool).await.ok();
    sqlx::query("DELETE FROM readings WHERE apiary_id IN (SELECT 1) AND taken_at > $1").execute(pool).await.ok();
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://db/beehives").await.unwrap();
    sqlx::migrate!().run(&pool).await.unwrap();
    let again = pool.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(86_400)).await;
            report(&again).await;
        }
    });
    let app = Router::new().route("/readings", get(all)).with_state(pool);
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap(), app).await.unwrap();
}
