use deadpool_redis::{redis::AsyncCommands, Connection};

mod keys {
    pub fn parcel(id: u64) -> String {
        format!("parcel:{}", id)
    }
}

pub async fn load(conn: &mut Connection, id: u64) -> Option<String> {
    let known: Option<String> = conn.get(keys::parcel(id)).await.ok()?;
    if known.is_none() {
        let fresh = String::from("fresh");
        let _: () = conn.set_ex(keys::parcel(id), &fresh, 300).await.ok()?;
        return Some(fresh);
    }
    known
}

pub async fn moved(conn: &mut Connection, id: u64) {
    let _: Result<(), _> = conn.del(keys::parcel(id)).await;
}
