//! Statements that make the tracking pages quick.

/// What the parcel list wants.
pub fn recommended_indexes() -> Vec<&'static str> {
    vec![
        "CREATE INDEX IF NOT EXISTS idx_parcels_depot
             ON parcels (depot_id)",
        "CREATE INDEX IF NOT EXISTS idx_parcels_carrier ON parcels (carrier_id)",
    ]
}

pub const SCAN_INDEXES: &[&str] = &["CREATE INDEX idx_scans_parcel ON scans (parcel_id)"];
