pub mod accounts;
pub mod entries;
