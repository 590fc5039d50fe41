mod start;
mod trees;

use actix_web::{App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let pool = sqlx::PgPool::connect("postgres://orchard").await.expect("a database");
    start::plant(&pool, &beds::read("beds.toml")).await.expect("beds");
    HttpServer::new(|| App::new().service(trees::list_rows).service(trees::label_all).service(trees::fell_row))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
