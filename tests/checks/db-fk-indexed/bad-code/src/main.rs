use sqlx::PgPool;

async fn birds_of(pool: &PgPool, keeper: i64) -> sqlx::Result<Vec<(i64,)>> {
    sqlx::query_as("SELECT id FROM birds WHERE keeper_id = $1").bind(keeper).fetch_all(pool).await
}

async fn fly_away(pool: &PgPool, bird: i64) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM birds WHERE id = $1").bind(bird).execute(pool).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> sqlx::Result<()> {
    let pool = PgPool::connect(&std::env::var("DATABASE_URL").unwrap()).await?;
    for (bird,) in birds_of(&pool, 1).await? {
        fly_away(&pool, bird).await?;
    }
    Ok(())
}
