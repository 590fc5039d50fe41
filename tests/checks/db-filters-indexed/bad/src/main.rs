mod schema;
mod store;

use actix_web::{get, web, App, HttpResponse, HttpServer};

#[get("/api/confirm/{token}")]
async fn confirm(token: web::Path<String>, pool: web::Data<store::Pool>) -> HttpResponse {
    let mut conn = pool.get().unwrap();
    HttpResponse::Ok().json(store::invited(&mut conn, &token))
}

#[get("/api/clinics/{id}/visits")]
async fn visits(id: web::Path<i64>, pool: web::Data<sqlx::PgPool>) -> HttpResponse {
    HttpResponse::Ok().json(store::visits_of(&pool, *id).await)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(confirm).service(visits))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
