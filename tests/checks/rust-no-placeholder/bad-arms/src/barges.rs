use axum::http::StatusCode;

pub enum Cargo {
    Grain,
    Coal,
}

impl From<u64> for Cargo {
    fn from(_: u64) -> Self {
        Cargo::Coal
    }
}

fn loaded(_id: u32) -> Cargo {
    Cargo::Grain
}

pub fn shown(id: u32) -> Result<String, StatusCode> {
    match loaded(id) {
        Cargo::Grain => Ok("grain".into()),
        Cargo::Coal => todo!(),
    }
}
