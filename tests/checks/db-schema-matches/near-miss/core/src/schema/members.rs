diesel::table! {
    members (id) {
        id -> Int4,
        card -> Int2,
    }
}
