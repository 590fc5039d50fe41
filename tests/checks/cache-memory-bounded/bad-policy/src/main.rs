use redis::Commands;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

pub struct Prices {
    price_cache: Arc<RwLock<HashMap<String, u64>>>,
}

impl Prices {
    pub fn of(&self, redis: &mut redis::Connection, article: &str) -> u64 {
        if let Some(hit) = self.price_cache.read().unwrap().get(article) {
            return *hit;
        }
        let key = format!("price:{article}");
        let price: u64 = match redis.get(&key) {
            Ok(hit) => hit,
            Err(_) => {
                let fresh = 100;
                let _: Result<(), _> = redis.set_ex(&key, fresh, 600);
                fresh
            }
        };
        self.price_cache.write().unwrap().insert(article.to_string(), price);
        price
    }
}

fn main() {}
