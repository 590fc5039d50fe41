use actix_web::{put, web::Json, HttpResponse};
use diesel::prelude::*;

use crate::schema::kennels::dsl::kennels as kennels_table;

async fn check_kennel(id: &str, conn: &mut PgConnection) -> Result<(), Fault> {
    let kennel = kennels_table.filter(name.eq(id)).first::<Kennel>(conn)?;
    kennel.is_open()
}

#[put("/moves")]
pub async fn bulk_moves(db: Db, operations: Json<Vec<Move>>) -> Result<HttpResponse, Fault> {
    let conn = &mut db.get()?;
    for operation in operations.iter() {
        match operation {
            Move::Stay => {}
            Move::To { id: kennel_id, .. } => {
                check_kennel(kennel_id, conn).await?;
            }
        }
    }
    Ok(HttpResponse::NoContent().finish())
}
