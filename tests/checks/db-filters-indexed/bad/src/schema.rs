diesel::table! {
    invitations (id) {
        id -> Uuid,
        patient_id -> Int8,
        token -> Text,
        used -> Bool,
    }
}
