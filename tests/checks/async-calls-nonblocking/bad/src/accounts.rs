use argon2::{Argon2, PasswordHasher};
use axum::Json;
use bcrypt::verify;

use crate::accounts::hashing::hash_new;

pub async fn login(Json(body): Json<Credentials>) -> Json<bool> {
    let known = stored(&body.name).await;
    Json(verify(&body.password, &known).unwrap_or(false))
}

pub async fn register(Json(body): Json<Credentials>) -> Json<String> {
    Json(hash_new(&body.password))
}

async fn stored(_name: &str) -> String {
    String::new()
}

pub mod hashing {
    use super::*;

    /// Not async, and called by a handler.
    pub fn hash_new(password: &str) -> String {
        let salt = SaltString::generate(&mut OsRng);
        Argon2::default()
            .hash_password(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .unwrap_or_default()
    }
}
