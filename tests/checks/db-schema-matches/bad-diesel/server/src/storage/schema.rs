// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "vessel_kind"))]
    pub struct VesselKind;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::VesselKind;

    vessels (id) {
        id -> Int4,
        name -> Text,
        kind -> VesselKind,
        length_m -> Nullable<Numeric>,
        flags -> Array<Nullable<Text>>,
        built -> Nullable<Date>,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    berths (id) {
        id -> Uuid,
        vessel_id -> Int8,
        #[max_length = 12]
        pier -> Nullable<Varchar>,
        depth_m -> Float4,
    }
}

diesel::table! {
    fees (id) {
        id -> Int8,
        berth_id -> Uuid,
    }
}

diesel::joinable!(berths -> vessels (vessel_id));
diesel::allow_tables_to_appear_in_same_query!(berths, fees, vessels);
