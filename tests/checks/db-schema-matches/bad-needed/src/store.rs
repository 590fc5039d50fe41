use diesel::prelude::*;

use crate::schema::{parcels, rooms, shelves};

pub fn add(connection: &mut PgConnection, code: &str) -> QueryResult<usize> {
    diesel::insert_into(parcels::table)
        .values(parcels::code.eq(code))
        .execute(connection)
}

pub fn open(connection: &mut PgConnection, name: &str) -> QueryResult<usize> {
    diesel::insert_into(rooms::table)
        .values(rooms::name.eq(name))
        .execute(connection)
}

pub fn rooms_of(connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    shelves::table.select(shelves::room).load(connection)
}
