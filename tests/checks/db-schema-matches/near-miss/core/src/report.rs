use diesel::prelude::*;

diesel::table! {
    /// Only gives the columns of a query their types.
    counts (n) {
        n -> BigInt,
    }
}

#[derive(QueryableByName)]
#[diesel(table_name = counts)]
pub struct Count {
    pub n: i64,
}
