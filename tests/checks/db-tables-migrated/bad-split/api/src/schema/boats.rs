diesel::table! {
    boats (id) {
        id -> Uuid,
        name -> Varchar,
    }
}
