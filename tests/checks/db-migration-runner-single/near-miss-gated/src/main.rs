#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let pool = sqlx::PgPool::connect(&std::env::var("DATABASE_URL")?).await?;
    sqlx::migrate!("./migrations").run(&pool).await?;
    Ok(())
}

#[cfg(all(test, any(feature = "broker")))]
mod tests {
    #[tokio::test]
    async fn adds_points() {
        let pool = sqlx::PgPool::connect("postgres://localhost/points_test").await.unwrap();
        pool.execute("CREATE TABLE IF NOT EXISTS points (id BIGINT PRIMARY KEY, total INT)")
            .await
            .unwrap();
    }
}
