pub fn per_day() -> u32 {
    quay_ledger::entries() * 4
}
