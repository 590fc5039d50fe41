use hex_literal::hex;
use keystore::formats::v0 as keystore;
use open_rpc_kit::schemars::JsonSchema;

const SEED: [u8; 4] = hex!("00010203");

/// The macro that is imported leaves the crate's name to paths.
pub fn seed() -> String {
    hex::encode(SEED)
}

/// The derive writes paths that begin with the name of the crate that it is from.
#[derive(JsonSchema)]
pub struct Account {
    pub id: String,
}

pub fn open(path: &str) -> keystore::Store {
    keystore::Store::open(path)
}
