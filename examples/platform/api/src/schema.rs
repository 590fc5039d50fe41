// Kept in step with the migrations by `diesel print-schema`.

diesel::table! {
    harbours (id) {
        id -> Uuid,
        name -> Text,
        country -> Bpchar,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    berths (id) {
        id -> Uuid,
        harbour_id -> Uuid,
        label -> Text,
        max_length_cm -> Int4,
        night_price_cents -> Int4,
    }
}

diesel::table! {
    bookings (id) {
        id -> Uuid,
        berth_id -> Uuid,
        skipper_email -> Text,
        arrives_on -> Date,
        leaves_on -> Date,
        status -> Text,
        created_at -> Timestamptz,
    }
}

diesel::joinable!(berths -> harbours (harbour_id));
diesel::joinable!(bookings -> berths (berth_id));
diesel::allow_tables_to_appear_in_same_query!(harbours, berths, bookings);
