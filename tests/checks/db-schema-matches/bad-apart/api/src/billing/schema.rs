//! Added for the subscription feature.

diesel::table! {
    invoices (id) {
        id -> Int4,
        total -> Numeric,
    }
}
