pub mod accounts;
pub mod postings;

/// Straße, größer: letters of other scripts may stand in names.
pub fn größe(länge: u32) -> u32 {
    länge * 2
}
