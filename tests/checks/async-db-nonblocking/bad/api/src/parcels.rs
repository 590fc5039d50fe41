use actix_web::{web, HttpResponse};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::db::DbPool;

pub mod schema {
    diesel::table! {
        depots (id) {
            id -> Int4,
        }
    }
    diesel::table! {
        parcels (id) {
            id -> Int4,
            weight -> Int4,
        }
    }
}
use schema::parcels;

pub async fn show(pool: web::Data<DbPool>, id: web::Path<i32>) -> HttpResponse {
    let mut conn = pool.get().expect("connection");
    let weight = parcels::table
        .find(*id)
        .select(parcels::weight)
        // a turbofish is a call all the same
        .first::<i32>(&mut conn);
    match weight {
        Ok(weight) => HttpResponse::Ok().json(weight),
        Err(_) => HttpResponse::NotFound().finish(),
    }
}

pub async fn scan(pool: web::Data<DbPool>, id: web::Path<i32>) -> HttpResponse {
    let mut conn = pool.get().expect("connection");
    let done = conn.transaction(|tx| {
        diesel::update(parcels::table.find(*id))
            .set(parcels::weight.eq(0))
            .execute(tx)
    });
    HttpResponse::Ok().json(done.is_ok())
}

/// What a job runs, as an async block.
pub fn nightly(pool: DbPool) -> impl std::future::Future<Output = usize> {
    async move {
        let mut conn = pool.get().expect("connection");
        diesel::delete(parcels::table.filter(parcels::weight.lt(1)))
            .execute(&mut conn)
            .unwrap_or(0)
    }
}

pub fn heaviest(conn: &mut PgConnection) -> QueryResult<i32> {
    parcels::table.select(parcels::weight).order(parcels::weight.desc()).first(conn)
}
