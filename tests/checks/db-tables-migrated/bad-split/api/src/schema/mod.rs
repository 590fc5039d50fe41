pub mod boats;
pub mod crews;
