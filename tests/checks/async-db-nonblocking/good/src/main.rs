use actix_web::{web, App, HttpResponse, HttpServer};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

type DbPool = Pool<ConnectionManager<PgConnection>>;

diesel::table! {
    depots (id) {
        id -> Int4,
    }
}

fn count(conn: &mut PgConnection) -> QueryResult<i64> {
    depots::table.count().get_result(conn)
}

async fn depots(pool: web::Data<DbPool>) -> HttpResponse {
    let counted = web::block(move || {
        let mut conn = pool.get().expect("connection");
        count(&mut conn)
    })
    .await;
    match counted {
        Ok(Ok(number)) => HttpResponse::Ok().json(number),
        _ => HttpResponse::InternalServerError().finish(),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let pool: DbPool = Pool::builder()
        .build(ConnectionManager::new(std::env::var("DATABASE_URL").unwrap()))
        .unwrap();
    HttpServer::new(move || {
        App::new().app_data(web::Data::new(pool.clone())).route("/depots", web::get().to(depots))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
