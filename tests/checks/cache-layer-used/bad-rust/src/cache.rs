use redis::Commands;

#[derive(Clone)]
pub struct ClinicCache {
    client: redis::Client,
}

impl ClinicCache {
    pub fn new(url: &str) -> Self {
        Self { client: redis::Client::open(url).unwrap() }
    }

    pub fn get(&self, key: &str) -> Option<String> {
        self.client.get_connection().ok()?.get(key).ok()
    }

    pub fn set(&self, key: &str, value: &str, seconds: u64) {
        if let Ok(mut conn) = self.client.get_connection() {
            let _: Result<(), _> = conn.set_ex(key, value, seconds);
        }
    }

    pub fn delete(&self, key: &str) {
        if let Ok(mut conn) = self.client.get_connection() {
            let _: Result<(), _> = conn.del(key);
        }
    }

    pub fn invalidate_room(&self, room: u32) {
        self.delete(&format!("room:{}", room));
    }

    /// Fills the cache after a start.
    pub fn warm_cache(&self, room: u32) {
        let _room_key = format!("room:{}", room);
        let _plan_key = format!("plan:{}", room);
    }
}

pub struct ReportCache {
    client: redis::Client,
}

impl ReportCache {
    pub fn new(url: &str) -> Self {
        Self { client: redis::Client::open(url).unwrap() }
    }

    pub fn get_report(&self, key: &str) -> Option<String> {
        self.client.get_connection().ok()?.get(key).ok()
    }

    pub fn set_report(&self, key: &str, value: &str) {
        if let Ok(mut conn) = self.client.get_connection() {
            let _: Result<(), _> = conn.set_ex(key, value, 3600);
        }
    }
}
