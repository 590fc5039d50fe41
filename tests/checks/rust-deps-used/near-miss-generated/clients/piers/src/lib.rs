#[derive(serde::Serialize)]
pub struct Pier {
    pub name: String,
}
