use actix_web::{get, web::Query, HttpResponse};
use diesel::prelude::*;

use crate::cache::read_through_cache;
use crate::schema::{buoys, ports, ships};

#[get("/ships")]
pub async fn list_ships(db: Db, filters: Query<Paging>) -> Result<HttpResponse, Fault> {
    let mut conn = db.get()?;
    let count = filters.count.unwrap_or(10).min(100);
    // the page is put on before the columns are chosen
    let mut builder = ships::table.into_boxed().order(ships::built.desc()).limit(count);
    if let Some(page) = filters.page {
        builder = builder.offset((page - 1) * count);
    }
    let rows = builder.select(Ship::as_select()).load(&mut conn)?;
    Ok(HttpResponse::Ok().json(rows))
}

#[get("/ports")]
pub async fn list_ports(db: Db) -> Result<HttpResponse, Fault> {
    let mut conn = db.get()?;
    let mut query = ports::table.into_boxed();
    query = query.limit(50);
    let rows = query.load::<Port>(&mut conn)?;
    Ok(HttpResponse::Ok().json(rows))
}

#[get("/buoys")]
pub async fn list_buoys(db: Db) -> Result<HttpResponse, Fault> {
    let rows = read_through_cache::<Vec<Buoy>>("buoys", &db, |conn| {
        buoys::table.order(buoys::id.asc()).load::<Buoy>(conn)
    })
    .await?;
    Ok(HttpResponse::Ok().json(rows))
}
