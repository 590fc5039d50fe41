use bb8_redis::RedisConnectionManager;

libnss::libnss_passwd_hooks!(lockers, Doors);
hooks::before_start!(open_doors);

fn main() {
    let manager = RedisConnectionManager::new("rediss://cache").unwrap();
    println!("{manager:?}");
}
