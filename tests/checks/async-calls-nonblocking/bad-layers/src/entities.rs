use crate::hasher;

pub struct Member {
    pub secret: String,
}

impl Member {
    pub fn create(password: &str) -> Self {
        Self { secret: hasher::seal(password) }
    }
}
