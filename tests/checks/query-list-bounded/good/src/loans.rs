use actix_web::{web, HttpResponse};
use sqlx::PgPool;

use crate::store;

pub async fn list_loans(pool: web::Data<PgPool>, page: web::Query<Page>) -> Result<HttpResponse, Fault> {
    let per_page = page.per_page.unwrap_or(20).min(100);
    let loans = sqlx::query_as::<_, Loan>("SELECT * FROM loans WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(page.after)
        .bind(per_page)
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(loans))
}

pub async fn late(pool: web::Data<PgPool>) -> Result<HttpResponse, Fault> {
    let loans = sqlx::query_as::<_, Loan>("SELECT * FROM loans WHERE late ORDER BY due LIMIT 50")
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(loans))
}

pub async fn readers(db: web::Data<Database>, page: web::Query<Page>) -> Result<HttpResponse, Fault> {
    let mut conn = db.pool.get()?;
    let per_page = page.per_page.unwrap_or(20).clamp(1, 100);
    Ok(HttpResponse::Ok().json(store::all_readers(&mut conn, per_page)?))
}
