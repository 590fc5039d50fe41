use std::env;

mod mail;

fn main() {
    let database_url = env::var("DATABASE_URL").expect("DATABASE_URL must be set");
    let queue = env::var("QUEUE_URL").expect("QUEUE_URL must be set");
    let port: u16 = env::var("HTTP_PORT")
        .unwrap_or_else(|_| "8080".to_string())
        .parse()
        .unwrap_or(8080);
    let bucket = env::var("TICKET_BUCKET").expect("TICKET_BUCKET must be set");
    let ttl: u64 = env::var("SESSION_TTL")
        .expect("SESSION_TTL must be set")
        .parse()
        .expect("a number");
    println!("{database_url} {queue} {port} {bucket} {ttl}");
    mail::start();
}
