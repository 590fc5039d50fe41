diesel::table! {
    beds (id) {
        id -> Int4,
        label -> Text,
    }
}

diesel::table! {
    sensors (id) {
        id -> Int4,
        bed_id -> Int4,
    }
}
