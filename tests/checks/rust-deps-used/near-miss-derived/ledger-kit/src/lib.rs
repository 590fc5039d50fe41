pub mod prelude {
    pub use ledger_macros::ledger;
    pub use serde::{Deserialize, Serialize};
    pub use thiserror::Error;
}
