use redis::Commands;

enum Side {
    Port,
    Starboard,
}

fn keep(redis: &mut redis::Connection, ferry: u32, night: bool) -> redis::RedisResult<()> {
    let when = if night { "night" } else { "day" };
    redis.set_ex::<_, _, ()>(format!("ferry:{ferry}:{when}"), "sails", 600)
}

fn forget(redis: &mut redis::Connection, ferry: u32) -> redis::RedisResult<()> {
    redis.del::<_, ()>(format!("ferry:{ferry}:night"))?;
    redis.del::<_, ()>(format!("ferry:{ferry}:day"))
}

fn keep_deck(redis: &mut redis::Connection, ferry: u32, side: Side) -> redis::RedisResult<()> {
    let name = match side {
        Side::Port => "port",
        Side::Starboard => "starboard",
    };
    redis.set_ex::<_, _, ()>(format!("deck:{}:{}", ferry, name), "open", 600)
}

fn forget_deck(redis: &mut redis::Connection, ferry: u32) -> redis::RedisResult<()> {
    redis.del::<_, ()>(format!("deck:{ferry}:port"))?;
    redis.del::<_, ()>(format!("deck:{ferry}:starboard"))
}

fn main() {}
