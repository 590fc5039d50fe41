use diesel::prelude::*;

table! {
    crossings (id) {
        id -> Uuid,
        leaves_at -> Timestamptz,
    }
}

table! {
    tickets (id) {
        id -> Uuid,
        crossing_id -> Uuid,
    }
}

joinable!(tickets -> crossings (crossing_id));
