mod open;

pub use open::open;
