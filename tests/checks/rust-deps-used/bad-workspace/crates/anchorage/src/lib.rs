use anyhow::Result;

/// Whether the anchorage is ready for a ship of this length in metres.
pub fn is_ready(length: u32) -> Result<bool> {
    Ok(length < 120)
}
