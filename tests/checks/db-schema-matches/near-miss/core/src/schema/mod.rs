pub mod members;

#[derive(diesel::sql_types::SqlType)]
#[diesel(postgres_type(name = "state", schema = "public"))]
pub struct StateMapping;

diesel::table! {
    use diesel::sql_types::*;
    use super::StateMapping;

    /// What can be lent.
    books (id) {
        id -> BigInt,
        #[sql_name = "type"]
        kind -> Varchar,
        #[max_length = 13]
        code -> Bpchar,
        title -> Text,
        #[sql_name = "bestSeller"]
        best_seller -> Bool,
        year -> SmallInt,
        state -> StateMapping,
        shelf -> Nullable<Int8>,
        words -> Nullable<Tsvector>,
        ratings -> Nullable<Array<Nullable<Integer>>>,
        price -> Nullable<Numeric>,
        loaned -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    lending.loans (id) {
        id -> diesel::sql_types::Uuid,
        book_id -> diesel::sql_types::BigInt,
        span -> diesel::sql_types::Range<diesel::sql_types::Timestamptz>,
        client -> diesel::sql_types::Nullable<diesel::sql_types::Inet>,
        raw -> Nullable<Binary>,
        meta -> Jsonb,
        taken -> Time,
        score -> Double,
    }
}

// Views are read like tables; what may be NULL nobody knows.
diesel::table! {
    open_loans (id) {
        id -> Uuid,
        book_id -> Int8,
    }
}

/* diesel::table! { removed (id) { id -> Int4, } } */
