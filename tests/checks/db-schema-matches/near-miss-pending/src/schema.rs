diesel::table! {
    parcels (id) {
        id -> Int8,
        code -> Nullable<Text>,
        weight_g -> Int4,
    }
}

diesel::table! {
    shelves (id) {
        id -> Int8,
        room -> Text,
    }
}
