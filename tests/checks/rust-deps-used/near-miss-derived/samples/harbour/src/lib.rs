use ledger_kit::prelude::*;

#[ledger(schema = "harbour.graphql")]
mod harbour {
    pub fn berth(entry: Entry) -> u64 {
        entry.serial
    }
}
