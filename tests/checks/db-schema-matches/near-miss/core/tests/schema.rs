diesel::table! {
    made_for_a_test (id) {
        id -> Int4,
    }
}
