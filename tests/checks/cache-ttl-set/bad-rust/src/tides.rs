use crate::cache::TideCache;
use redis::Commands;

pub fn table(cache: &TideCache, harbour: &str) -> String {
    let key = format!("tides:{harbour}");
    if let Some(hit) = cache.get(&key) {
        return hit;
    }
    let fresh = harbour.to_uppercase();
    cache.set(&key, &fresh, None);
    fresh
}

pub fn chart(redis: &mut redis::Connection, area: u32) -> redis::RedisResult<String> {
    let key = format!("chart:{}", area);
    if let Ok(hit) = redis.get::<_, String>(&key) {
        return Ok(hit);
    }
    redis.set::<_, _, ()>(&key, "drawn")?;
    redis::cmd("SET").arg(format!("legend:{area}")).arg("soundings").query::<()>(redis)?;
    Ok("drawn".into())
}
