pub mod remove;
pub mod status;
