pub mod duties;
pub mod pilots;
