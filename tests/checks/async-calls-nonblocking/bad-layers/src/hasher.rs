use bcrypt::{hash, DEFAULT_COST};

pub fn seal(password: &str) -> String {
    hash(password, DEFAULT_COST).expect("the cost is in range")
}
