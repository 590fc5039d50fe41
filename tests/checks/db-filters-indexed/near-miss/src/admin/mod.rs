pub async fn look(pool: &sqlx::PgPool) {
    sqlx::query("SELECT * FROM orders WHERE reference = $1").execute(pool).await;
}
