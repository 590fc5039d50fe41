async fn leave(pool: &sqlx::PgPool, id: i64) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM keepers WHERE id = $1").bind(id).execute(pool).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> sqlx::Result<()> {
    let pool = sqlx::PgPool::connect("postgres://localhost/slips").await?;
    sqlx::migrate!().run(&pool).await?;
    leave(&pool, 7).await
}
