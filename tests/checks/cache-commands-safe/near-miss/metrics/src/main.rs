use redis::aio::MultiplexedConnection;

/// One pipeline for all: nothing is sent in the loop.
async fn save(conn: &mut MultiplexedConnection, hours: &[(String, u64)]) -> redis::RedisResult<()> {
    let mut pipe = redis::pipe();
    pipe.atomic();
    for (hour, count) in hours {
        pipe.cmd("HSET").arg("hours").arg(hour).arg(count).ignore();
        pipe.cmd("PEXPIRE").arg("hours").arg(60_000).ignore();
    }
    pipe.query_async(conn).await
}

/// A worker: each batch is short, and comes when it comes.
async fn work(conn: &mut MultiplexedConnection) -> redis::RedisResult<()> {
    loop {
        let batch: Vec<String> = redis::cmd("XREADGROUP").arg("COUNT").arg(10).query_async(conn).await?;
        for id in &batch {
            let _: () = redis::cmd("XACK").arg("events").arg("group").arg(id).query_async(conn).await?;
        }
    }
}

/// All of them are on their way at once.
async fn forget(conn: &MultiplexedConnection, hours: &[String]) -> Vec<redis::RedisResult<()>> {
    futures::future::join_all(hours.iter().map(|hour| {
        let mut conn = conn.clone();
        let key = format!("hour:{hour}");
        async move { conn.del::<_, ()>(key).await }
    }))
    .await
}

#[tokio::main]
async fn main() {
    let client = redis::Client::open("redis://cache").unwrap();
    let mut conn = client.get_multiplexed_async_connection().await.unwrap();
    save(&mut conn, &[]).await.unwrap();
    forget(&conn, &[]).await;
    work(&mut conn).await.unwrap();
}
