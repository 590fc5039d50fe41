//! What the dispatcher's dashboard would like to have.

/// Nobody calls this.
pub fn wanted_indexes() -> Vec<&'static str> {
    vec![
        // the same as parcels_tracking_key, written another way
        "CREATE UNIQUE INDEX u_tracking ON parcels ((lower(tracking::text)))",
        r#"
        CREATE INDEX IF NOT EXISTS idx_parcels_heavy
            ON parcels (hub_id, weight_g DESC NULLS LAST)
            INCLUDE (status)
        "#,
    ]
}
