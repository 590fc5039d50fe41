use actix_web::{web, HttpResponse};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::schema::entries;

pub fn establish_connection() -> PgConnection {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    PgConnection::establish(&url).expect("no database")
}

fn newest() -> QueryResult<Vec<Entry>> {
    let mut conn = establish_connection();
    entries::table.order(entries::id.desc()).limit(20).load(&mut conn)
}

pub async fn list() -> HttpResponse {
    let rows = web::block(newest).await.unwrap().unwrap();
    let last = newest().unwrap().len();
    HttpResponse::Ok().json((rows, last))
}
