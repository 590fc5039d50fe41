use axum::{extract::State, routing::get, Router};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

diesel::table! {
    depots (id) {
        id -> Int4,
    }
}

async fn depots(State(pool): State<Pool>) -> String {
    let mut conn = pool.get().await.unwrap();
    let ids: Vec<i32> = depots::table.select(depots::id).load(&mut conn).await.unwrap();
    format!("{ids:?}")
}

// collected first, awaited later
async fn both(conn: &mut AsyncPgConnection) -> QueryResult<usize> {
    let first = diesel::delete(depots::table).execute(conn);
    first.await
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/depots", get(depots));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
