mod clearing;
mod counting;
mod schema;

use actix_web::{web, App, HttpServer};
use diesel::prelude::*;
use schema::*;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/fields", web::get().to(counting::count_fields))
            .route("/barns", web::delete().to(clearing::clear_barns))
            .service(single)
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

#[actix_web::get("/mills")]
async fn single(pool: web::Data<Pool>) -> String {
    mills::table.count().get_result::<i64>(&mut pool.checked_out()).unwrap().to_string()
}
