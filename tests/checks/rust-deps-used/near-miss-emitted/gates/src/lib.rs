#[canal_core::serde_as]
pub struct Gate {
	pub width: u32,
}
