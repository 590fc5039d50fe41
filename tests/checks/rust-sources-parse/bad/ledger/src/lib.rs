//! Books what every depot owes. “Quoted” prose – with dashes – is no fault.

pub mod accounts;
pub務mod postings;
pub mod rates;
pub mod closing;

pub const UNIT: &str = "€";
