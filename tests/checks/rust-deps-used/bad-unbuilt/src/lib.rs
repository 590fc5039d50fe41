use serde::Serialize;

/// One beam, as the log keeps it.
#[derive(Serialize)]
pub struct Beam {
    pub seconds: u32,
    pub sector: u8,
}
