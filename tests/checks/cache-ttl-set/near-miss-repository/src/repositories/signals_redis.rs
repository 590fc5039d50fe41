use redis::aio::MultiplexedConnection;
use redis::AsyncCommands;

// the only place where signals are kept: there is no other database
pub async fn keep(conn: &mut MultiplexedConnection, name: &str, light: &str) -> redis::RedisResult<()> {
    let key = format!("signal:{name}");
    let known: Option<String> = conn.get(&key).await?;
    if known.as_deref() == Some(light) {
        return Ok(());
    }
    conn.set(&key, light).await
}

pub async fn find(conn: &mut MultiplexedConnection, name: &str) -> redis::RedisResult<Option<String>> {
    conn.get(format!("signal:{name}")).await
}
