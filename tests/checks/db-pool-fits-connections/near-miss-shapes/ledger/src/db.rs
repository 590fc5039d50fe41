/// A pool of connections to the cache; the name says nothing else.
pub type Db = redis_pool::Pool<redis::Client>;

pub fn manager() -> redis::Client {
    redis::Client::open("redis://cache").unwrap()
}
