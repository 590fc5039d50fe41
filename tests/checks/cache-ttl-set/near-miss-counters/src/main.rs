use redis::Commands;

fn boarded(redis: &mut redis::Connection, ferry: u32) -> redis::RedisResult<u64> {
    let known: Option<u64> = redis.get(format!("boarded:{ferry}"))?;
    let count = known.unwrap_or(0);
    redis.set::<_, _, ()>(format!("boarded:{ferry}"), count + 1)?;
    Ok(count + 1)
}

fn reset(redis: &mut redis::Connection, ferry: u32, count: u64) -> redis::RedisResult<()> {
    let known: Option<u64> = redis.get(format!("trips:{ferry}"))?;
    if known != Some(count) {
        redis::cmd("SET").arg(format!("trips:{ferry}")).arg(count).query::<()>(redis)?;
    }
    Ok(())
}

fn trip(redis: &mut redis::Connection, ferry: u32) -> redis::RedisResult<()> {
    redis::cmd("INCR").arg(format!("trips:{ferry}")).query::<()>(redis)
}

fn main() {}
