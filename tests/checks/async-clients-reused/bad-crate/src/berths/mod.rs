pub mod book;
pub mod free;
pub mod moor;
