//! What the program does before it answers anybody.

use sqlx::PgPool;

pub async fn plant(pool: &PgPool, beds: &[Bed]) -> Result<(), sqlx::Error> {
    for bed in beds {
        lower_bed(pool, bed).await?;
    }
    Ok(())
}

async fn lower_bed(pool: &PgPool, bed: &Bed) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE beds SET depth = $1 WHERE id = $2").bind(bed.depth).bind(bed.id).execute(pool).await?;
    Ok(())
}
