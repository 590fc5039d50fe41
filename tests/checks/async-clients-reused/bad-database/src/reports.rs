use actix_web::HttpResponse;
use sqlx::postgres::PgPoolOptions;

pub async fn totals() -> HttpResponse {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    let pool = PgPoolOptions::new().max_connections(5).connect(&url).await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM entries").fetch_one(&pool).await.unwrap();
    HttpResponse::Ok().json(count)
}
