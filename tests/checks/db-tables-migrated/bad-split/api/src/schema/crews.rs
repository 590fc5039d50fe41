diesel::table! {
    crews (id) {
        id -> Uuid,
    }
}

diesel::table! {
    shifts (id) {
        id -> Uuid,
        crew_id -> Uuid,
    }
}
