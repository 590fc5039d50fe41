use actix_web::{get, web::Query, HttpResponse};
use diesel::prelude::*;

use crate::schema::{logs, ships};

#[get("/ships")]
pub async fn list_ships(db: Db, filters: Query<Paging>) -> Result<HttpResponse, Fault> {
    let mut conn = db.get()?;
    if let Some(true) = filters.all {
        let rows: Vec<Ship> = ships::table.order(ships::name.asc()).get_results(&mut conn)?;
        return Ok(HttpResponse::Ok().json(rows));
    }
    let rows: Vec<Ship> = ships::table.limit(20).get_results(&mut conn)?;
    Ok(HttpResponse::Ok().json(rows))
}

#[get("/logs")]
pub async fn list_logs(db: Db) -> Result<HttpResponse, Fault> {
    let mut conn = db.get()?;
    let rows: Vec<Log> = logs::table.order(logs::at.desc()).get_results(&mut conn)?;
    Ok(HttpResponse::Ok().json(rows))
}
