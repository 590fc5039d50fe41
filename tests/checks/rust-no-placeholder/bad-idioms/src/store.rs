pub struct Store {
    pool: Pool,
}

impl Store {
    pub fn open() -> Self {
        Self { pool: Pool::default() }
    }

    pub async fn run_in_tx<R>(&self, work: impl FnOnce(&mut Client) -> R) -> R {
        let mut client = self.pool.get().await;
        work(&mut client)
    }
}
