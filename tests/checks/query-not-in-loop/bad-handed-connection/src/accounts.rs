use diesel::pg::PgConnection;
use diesel::prelude::*;

diesel::table! { accounts (id) { id -> Int8, owner_id -> Int8, name -> Text, } }
diesel::table! { owners (id) { id -> Int8, } }
diesel::table! { entries (id) { id -> Int8, account_id -> Int8, amount -> Int8, } }

#[derive(Queryable, Clone)]
pub struct Account {
    pub id: i64,
    pub owner_id: i64,
    pub name: String,
}

#[derive(Queryable, Clone)]
pub struct Owner {
    pub id: i64,
}

impl Account {
    pub fn count_entries(&self, conn: &mut PgConnection) -> QueryResult<i64> {
        entries::table
            .filter(entries::account_id.eq(self.id))
            .count()
            .get_result(conn)
    }

    /// Asks nothing.
    pub fn shown(&self, currency: &str) -> String {
        format!("{} {}", self.name, currency)
    }
}
