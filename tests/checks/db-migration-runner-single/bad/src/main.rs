async fn main() -> anyhow::Result<()> {
    let pool = connect().await?;
    sqlx::migrate!().run(&pool).await?;
    prepare_audit(&pool).await?;
    Ok(())
}

async fn prepare_audit(pool: &sqlx::PgPool) -> anyhow::Result<()> {
    sqlx::query("CREATE TABLE IF NOT EXISTS audit_log (id bigserial PRIMARY KEY, what text)")
        .execute(pool)
        .await?;
    Ok(())
}
