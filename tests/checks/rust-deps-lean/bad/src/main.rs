fn main() {
    dotenv::dotenv().ok();
    let hashed = bcrypt::hash("wrong horse", 12).unwrap();
    let other = argon2::Argon2::default();
    println!("{hashed} {other:?}");
}
