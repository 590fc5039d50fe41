pub use serde::Serialize;
