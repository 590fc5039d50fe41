use argon2::{Argon2, PasswordHash, PasswordVerifier};

pub struct Keeper {
    pub name: String,
    pub hash: String,
}

pub fn is_same(hash: &str, word: &str) -> bool {
    let known = PasswordHash::new(hash).unwrap();
    Argon2::default().verify_password(word.as_bytes(), &known).is_ok()
}

pub fn keeper(name: &str) -> Option<Keeper> {
    Some(Keeper { name: name.into(), hash: String::new() })
}
