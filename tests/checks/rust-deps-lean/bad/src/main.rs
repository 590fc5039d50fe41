fn main() {
    let _bucket = aws_config::Region::new("eu-west-1");
    let _ask = (reqwest::Client::new(), aws_sdk_s3::Config::builder());
    dotenv::dotenv().ok();
    let hashed = bcrypt::hash("wrong horse", 12).unwrap();
    let other = argon2::Argon2::default();
    println!("{hashed} {other:?}");
}
