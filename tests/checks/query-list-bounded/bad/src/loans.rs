use actix_web::{web, HttpResponse};
use sqlx::PgPool;

use crate::store;

pub async fn list_loans(pool: web::Data<PgPool>) -> Result<HttpResponse, Fault> {
    let loans = sqlx::query_as::<_, Loan>("SELECT * FROM loans ORDER BY due")
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(loans))
}

pub async fn late(pool: web::Data<PgPool>, page: web::Query<Page>) -> Result<HttpResponse, Fault> {
    let per_page = page.per_page.unwrap_or(20);
    let loans = sqlx::query_as::<_, Loan>("SELECT * FROM loans WHERE due < now() LIMIT $1")
        .bind(per_page)
        .fetch_all(pool.get_ref())
        .await?;
    Ok(HttpResponse::Ok().json(loans))
}

pub async fn readers(db: web::Data<Database>, page: web::Query<Page>) -> Result<HttpResponse, Fault> {
    let mut conn = db.pool.get()?;
    let per_page = page.per_page.unwrap_or(20);
    Ok(HttpResponse::Ok().json(store::all_readers(&mut conn, per_page)?))
}
