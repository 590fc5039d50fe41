diesel::table! {
    parcels (id) {
        id -> Int8,
        code -> Text,
    }
}

// Only read.
diesel::table! {
    shelves (id) {
        id -> Int8,
        room -> Text,
    }
}

// A trigger gives each room its slug.
diesel::table! {
    rooms (id) {
        id -> Int8,
        name -> Text,
    }
}
