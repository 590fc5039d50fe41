// @by hand: diesel print-schema does not know our domains yet

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "loan_state"))]
    pub struct LoanState;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::LoanState;

    /// Loans of all branches. /* not a brace: { */
    book_loans (id) {
        id -> Int8,
        reader_id -> Int8,
        #[sql_name = "type"]
        kind -> Varchar,
        #[max_length = 20]
        shelf_mark -> Nullable<Varchar>,
        state -> LoanState,
        due_on -> Date,
    }
}

diesel::table! {
    library.readers (id) {
        id -> Int8,
        email -> Varchar,
        joined_at -> Timestamptz,
    }
}

// diesel::table! { loans (id) { id -> Int8, due_date -> Date, } }
