use sqlx::PgPool;

async fn by_code(pool: &PgPool, code: &str) -> Option<i64> {
    sqlx::query_scalar("SELECT id FROM bookings WHERE code = $1")
        .bind(code)
        .fetch_optional(pool)
        .await
        .unwrap()
}

async fn of_guest(pool: &PgPool, guest: i64) {
    sqlx::query("DELETE FROM bookings WHERE guest_id = $1").bind(guest).execute(pool).await.unwrap();
    sqlx::query("INSERT INTO bookings (guest_id, code) VALUES ($1, '')").bind(guest).execute(pool).await.unwrap();
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://db/bookings").await.unwrap();
    sqlx::migrate!().run(&pool).await.unwrap();
}
