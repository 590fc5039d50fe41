// Adds labels to tickets.

use diesel::prelude::*;

#[derive(diesel::Migration)]
pub struct AddLabels;

impl AddLabels {
    pub fn up(&self, conn: &mut PgConnection) -> QueryResult<usize> {
        diesel::sql_query("CREATE TABLE labels (id bigserial PRIMARY KEY)").execute(conn)
    }
}
