use bcrypt::{hash, verify};

const COST: u32 = 4;

pub fn hash_password(password: &str) -> String {
    hash(password, COST).unwrap()
}

pub fn verify_password(password: &str, hash: &str) -> bool {
    verify(password, hash).unwrap_or(false)
}
