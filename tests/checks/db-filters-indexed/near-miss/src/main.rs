mod admin;

use sqlx::{PgPool, QueryBuilder};

async fn all(pool: &PgPool) {
    // an indexed column narrows
    sqlx::query("SELECT * FROM orders WHERE customer_id = $1 AND reference = $2").execute(pool).await;
    sqlx::query("SELECT * FROM orders WHERE reference = $1 AND lower(email) = $2").execute(pool).await;
    sqlx::query("SELECT * FROM orders WHERE id = $1 AND note = $2 LIMIT 1").execute(pool).await;
    // few values
    sqlx::query("SELECT * FROM orders WHERE paid = $1").execute(pool).await;
    sqlx::query("SELECT * FROM orders WHERE stage = $1 AND status = $2").execute(pool).await;
    sqlx::query("SELECT * FROM orders WHERE reference = 'none'").execute(pool).await;
    // small, or never grows
    sqlx::query("SELECT * FROM settings WHERE name = $1").execute(pool).await;
    sqlx::query("INSERT INTO settings (name) VALUES ($1)").execute(pool).await;
    sqlx::query("SELECT * FROM couriers WHERE code = $1").execute(pool).await;
    sqlx::query("UPDATE queue_head SET holder = $1 WHERE holder = $2").execute(pool).await;
    sqlx::query("INSERT INTO queue_head (id, holder) VALUES (1, $1)").execute(pool).await;
    // not plain
    sqlx::query("SELECT * FROM orders WHERE reference = $1 OR customer_id = $2").execute(pool).await;
    sqlx::query("SELECT * FROM open_orders WHERE reference = $1").execute(pool).await;
    sqlx::query("WITH x AS (SELECT 1) SELECT * FROM orders WHERE reference = $1").execute(pool).await;
    sqlx::query("SELECT * FROM elsewhere WHERE reference = $1").execute(pool).await;
    sqlx::query("INSERT INTO orders (reference) VALUES ($1)").execute(pool).await;
    let mut query = QueryBuilder::new("SELECT * FROM orders WHERE reference = $1");
    query.push(" AND customer_id = $2");
    // both sides are read whole: an index is no matter
    sqlx::query("SELECT * FROM orders o JOIN couriers c ON c.code = o.reference").execute(pool).await;
}

#[cfg(test)]
mod tests {
    #[test]
    fn finds() {
        sqlx::query("SELECT * FROM orders WHERE reference = $1");
    }
}
