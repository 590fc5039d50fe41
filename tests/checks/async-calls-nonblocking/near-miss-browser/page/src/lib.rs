use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub async fn unlock(passphrase: String) -> Vec<u8> {
    vault::derive_key(passphrase.as_bytes(), b"page-salt").to_vec()
}
