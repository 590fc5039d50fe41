pub use buoys::Buoy;
