use redis::{AsyncCommands, Client};

pub struct Store {
    client: Client,
}

impl Store {
    pub fn new(url: &str) -> Self {
        Self { client: Client::open(url).unwrap() }
    }

    pub async fn forget(&self, token: &str) {
        let mut connection = self.client.get_multiplexed_async_connection().await.unwrap();
        let _: () = connection.del(token).await.unwrap();
    }

    pub async fn holder(&self, token: &str) -> Option<String> {
        let mut connection = self.client.get_multiplexed_async_connection().await.ok()?;
        connection.get(token).await.ok()
    }
}
