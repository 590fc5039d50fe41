use diesel::prelude::*;

const SETTINGS: &str = "CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value JSONB NOT NULL)";

pub fn prepare(conn: &mut PgConnection) -> QueryResult<usize> {
    diesel::sql_query(SETTINGS).execute(conn)
}
