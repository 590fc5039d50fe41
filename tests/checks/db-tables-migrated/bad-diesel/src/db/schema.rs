diesel::table! {
    lamps (id) {
        id -> Int8,
        watts -> Int4,
    }
}

diesel::table! {
    keepers (id) {
        id -> Int8,
        name -> Text,
    }
}

diesel::table! {
    shifts (id) {
        id -> Int8,
        keeper_id -> Int8,
    }
}
