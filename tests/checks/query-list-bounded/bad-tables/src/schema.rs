diesel::table! {
    bookings (id) {
        id -> Int4,
        guest_id -> Int4,
        created_at -> Timestamp,
    }
}

diesel::table! {
    payments (id) {
        id -> Int4,
        booking_id -> Int4,
        created_at -> Timestamp,
    }
}
