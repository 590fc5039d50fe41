#[tokio::main]
async fn main() -> Result<(), sqlx::Error> {
    let pool = sqlx::PgPool::connect(&std::env::var("DATABASE_URL").unwrap()).await?;
    sqlx::migrate!("../migrations").run(&pool).await?;
    Ok(())
}
