use sqlx::SqlitePool;

// The database is a file and a library: no round trip is made.
pub async fn keep(pool: &SqlitePool, rows: &[Entry]) -> Result<(), sqlx::Error> {
    for row in rows {
        sqlx::query("INSERT INTO entries (line) VALUES (?)").bind(&row.line).execute(pool).await?;
    }
    Ok(())
}
