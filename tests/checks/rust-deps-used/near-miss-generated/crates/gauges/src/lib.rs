//! What the harbour measures.

pub use gauge_macros::{gauge_set, Gauge};
