use serde::Serialize;

#[derive(Serialize)]
pub struct Keel {
    pub depth: f32,
}
