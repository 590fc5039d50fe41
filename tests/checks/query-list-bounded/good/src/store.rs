use diesel::prelude::*;

use crate::schema::readers;

pub fn all_readers(conn: &mut PgConnection, per_page: i64) -> QueryResult<Vec<Reader>> {
    readers::table.order(readers::name.asc()).limit(per_page).load::<Reader>(conn)
}
