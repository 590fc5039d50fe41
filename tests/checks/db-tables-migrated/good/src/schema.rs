diesel::table! {
    stones (id) {
        id -> Int4,
    }
}

diesel::table! {
    slices (id) {
        id -> Int4,
    }
}
