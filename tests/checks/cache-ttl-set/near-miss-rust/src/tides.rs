use crate::cache::TideCache;
use std::collections::HashMap;
use std::time::Duration;

const KEPT: Duration = Duration::from_secs(600);

// The branch without a time has no caller.
pub fn table(cache: &TideCache, harbour: &str) -> String {
    let key = format!("tides:{harbour}");
    if let Some(hit) = cache.get(&key) {
        return hit;
    }
    let fresh = harbour.to_uppercase();
    cache.set(&key, &fresh, Some(KEPT));
    fresh
}

pub fn sums(values: &[(String, u32)]) -> HashMap<String, u32> {
    let mut map = HashMap::new();
    for (name, value) in values {
        map.insert(name.clone(), *value);
    }
    map
}
