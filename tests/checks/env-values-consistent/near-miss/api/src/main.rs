use std::env;

fn main() {
    println!("{:?} {:?}", env::var("APP_ENV"), env::var("LOG_LEVEL"));
    println!("{:?} {:?}", env::var("REDIS_HOST"), env::var("API_PORT"));
    println!("{:?} {:?}", env::var("QUAY_COUNT"), env::var("DATABASE_URL"));
}
