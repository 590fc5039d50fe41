ledger_macros::buoy! {}
