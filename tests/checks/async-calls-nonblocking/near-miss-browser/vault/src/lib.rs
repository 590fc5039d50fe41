use argon2::Argon2;

pub const KEY_SIZE: usize = 32;

pub fn derive_key(passphrase: &[u8], salt: &[u8]) -> [u8; KEY_SIZE] {
    let mut key = [0; KEY_SIZE];
    Argon2::default().hash_password_into(passphrase, salt, &mut key).unwrap();
    key
}
