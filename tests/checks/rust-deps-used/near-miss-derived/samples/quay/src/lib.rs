use ledger_kit::prelude::Serialize;

pub fn is_free<T: Serialize>(_berth: &T) -> bool {
    true
}
