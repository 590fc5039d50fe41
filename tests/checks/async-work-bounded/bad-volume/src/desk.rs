use futures::future::join_all;

#[derive(Clone, Default)]
pub struct Desk {
    pilots: Vec<String>,
    pool: sqlx::PgPool,
}

impl Desk {
    /// What the request brings comes through two functions.
    pub async fn hail(&self, ships: Vec<String>) -> usize {
        join_all(ships.iter().map(|ship| fetch(ship))).await.len()
    }

    /// All rows of a table.
    pub async fn every(&self) -> usize {
        let rows = sqlx::query_as::<_, Ship>("SELECT id, name FROM ships")
            .fetch_all(&self.pool)
            .await
            .unwrap();
        join_all(rows.iter().map(|row| fetch(&row.name))).await.len()
    }

    /// How many there are nobody sees here: a note.
    pub async fn pilots(&self) -> usize {
        join_all(self.pilots.iter().map(|one| fetch(one))).await.len()
    }
}

async fn fetch(ship: &str) -> u32 {
    http().get(ship).send().await.unwrap().json().await.unwrap_or(0)
}
