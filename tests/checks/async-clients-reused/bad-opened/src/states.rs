use redis::AsyncCommands;

fn client() -> String {
    "redis://redis/".to_owned()
}

pub async fn store(key: &str) {
    let client = redis::Client::open(client()).unwrap();
    let mut conn = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = conn.set_ex(key, "1", 300).await.unwrap();
}

pub async fn read(key: &str) -> bool {
    let client = redis::Client::open(client()).unwrap();
    let mut conn = client.get_multiplexed_async_connection().await.unwrap();
    conn.exists(key).await.unwrap_or(false)
}

pub async fn remove(key: &str) {
    let client = redis::Client::open(client()).unwrap();
    let mut conn = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = conn.del(key).await.unwrap();
}
