mod db;

use actix_web::{web, App, HttpServer};
use db::Db;
use std::sync::OnceLock;

static POOL: OnceLock<Db> = OnceLock::new();

async fn entries(pool: web::Data<Db>) -> &'static str {
    let _connection = pool.get();
    "[]"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let pool = POOL.get_or_init(|| {
        Db::builder()
            .max_size(40)
            .build(db::manager())
            .expect("a pool")
    });
    HttpServer::new(move || App::new().app_data(web::Data::new(pool.clone())).route("/entries", web::get().to(entries)))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
