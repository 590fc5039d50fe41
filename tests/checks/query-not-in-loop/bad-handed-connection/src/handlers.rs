use crate::accounts::{accounts, owners, Account, Owner};
use actix_web::{web, HttpResponse};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

pub async fn list(pool: web::Data<Pool<ConnectionManager<PgConnection>>>) -> HttpResponse {
    let rows = web::block(move || {
        let conn = &mut pool.get().unwrap();
        counted(conn)
    })
    .await
    .unwrap();
    HttpResponse::Ok().json(rows)
}

fn counted(conn: &mut PgConnection) -> Vec<(String, i64)> {
    let rows = accounts::table
        .inner_join(owners::table)
        .load::<(Account, Owner)>(conn)
        .unwrap();
    rows.into_iter()
        .map(|(account, _)| {
            // What the tuple holds, only the query says; the connection tells the method.
            let entries = account.count_entries(conn).unwrap();
            (account.shown("EUR"), entries)
        })
        .collect()
}
