pub mod routes;
pub use routes::register as all_routes;
