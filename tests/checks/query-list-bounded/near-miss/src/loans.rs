use actix_web::{web, HttpResponse};
use sqlx::PgPool;

/// A table that stays small.
pub async fn roles(pool: web::Data<PgPool>) -> Result<HttpResponse, Fault> {
    let roles = sqlx::query_as::<_, Role>("SELECT id, name FROM roles ORDER BY name")
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(roles))
}

/// An aggregate.
pub async fn summary(pool: web::Data<PgPool>) -> Result<HttpResponse, Fault> {
    let total: i64 = sqlx::query_scalar("SELECT count(*) FROM loans").fetch_one(pool.get_ref()).await?;
    Ok(HttpResponse::Ok().json(total))
}

/// Children of one parent.
pub async fn of_reader(pool: web::Data<PgPool>, id: web::Path<i64>) -> Result<HttpResponse, Fault> {
    let loans = sqlx::query_as::<_, Loan>("SELECT * FROM loans WHERE reader_id = $1")
        .bind(*id)
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(loans))
}

/// One row.
pub async fn one(pool: web::Data<PgPool>, id: web::Path<i64>) -> Result<HttpResponse, Fault> {
    let loan = sqlx::query_as::<_, Loan>("SELECT * FROM loans WHERE id = $1")
        .bind(*id)
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(loan))
}

/// No list for anybody: a POST that works on all of them.
pub async fn close_all(pool: web::Data<PgPool>) -> Result<HttpResponse, Fault> {
    let loans = sqlx::query_as::<_, Loan>("SELECT * FROM loans WHERE returned")
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(loans.len()))
}

/// Of the one who asks.
pub async fn mine(pool: web::Data<PgPool>, me: Me) -> Result<HttpResponse, Fault> {
    let loans = sqlx::query_as::<_, Loan>("SELECT * FROM loans WHERE reader_id = $1")
        .bind(me.id)
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(loans))
}

/// The loans of the last quarter: a span of time is a bound.
pub async fn recent(pool: web::Data<PgPool>) -> Result<HttpResponse, Fault> {
    let loans = sqlx::query_as::<_, Loan>(
        "SELECT id, due FROM loans WHERE lent_at >= current_date - interval '90 days' ORDER BY id",
    )
    .fetch_all(pool.get_ref())
    .await?;
    Ok(HttpResponse::Ok().json(loans))
}

/// One figure for each branch, whatever the number of loans.
pub async fn by_branch(pool: web::Data<PgPool>) -> Result<HttpResponse, Fault> {
    let rows = sqlx::query_as::<_, Figure>(
        r"
        SELECT branch, MAX(lent_at) AS last, SUM(volumes)::INT AS volumes
        FROM stock.loans
        GROUP BY branch
        ORDER BY last DESC
        ",
    )
    .fetch_all(pool.get_ref())
    .await?;
    Ok(HttpResponse::Ok().json(rows))
}
