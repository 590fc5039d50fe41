use parking_lot::{Mutex, MutexGuard};
use std::collections::HashMap;

#[derive(Default)]
pub struct Occupancy {
    seen: Mutex<HashMap<u64, u32>>,
}

impl Occupancy {
    fn seen(&self) -> MutexGuard<'_, HashMap<u64, u32>> {
        self.seen.lock()
    }

    pub async fn publish(&self, db: &sqlx::PgPool) -> Result<(), sqlx::Error> {
        let seen = self.seen();
        sqlx::query("UPDATE totals SET n = $1").bind(seen.len() as i64).execute(db).await?;
        Ok(())
    }

    pub async fn counted(&self, db: &sqlx::PgPool) -> Result<(), sqlx::Error> {
        let count = self.seen().len();
        sqlx::query("UPDATE totals SET n = $1").bind(count as i64).execute(db).await?;
        Ok(())
    }
}

fn main() {}
