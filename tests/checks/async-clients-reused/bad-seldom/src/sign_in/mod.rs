pub mod harbour;
pub mod port;
