use sqlx::PgPool;

impl Directory {
    /// Looks into the cache first: a statement only for what is not there.
    pub async fn name_of(&self, pool: &PgPool, id: i64) -> Result<String, sqlx::Error> {
        if let Some(name) = self.cache.get(&id) {
            return Ok(name);
        }
        let name: String = sqlx::query_scalar("SELECT name FROM beacons WHERE id = $1")
            .bind(id)
            .fetch_one(pool)
            .await?;
        self.cache.insert(id, name.clone());
        Ok(name)
    }

    pub async fn names(&self, pool: &PgPool, ids: &[i64]) -> Result<Vec<String>, sqlx::Error> {
        let mut names = Vec::new();
        for id in ids {
            names.push(self.name_of(pool, *id).await?);
        }
        Ok(names)
    }
}
