mod repositories;

#[tokio::main]
async fn main() {
    let client = redis::Client::open("redis://127.0.0.1/").unwrap();
    let mut conn = client.get_multiplexed_async_connection().await.unwrap();
    repositories::signals_redis::keep(&mut conn, "north", "red").await.unwrap();
    println!("{:?}", repositories::signals_redis::find(&mut conn, "north").await);
}
