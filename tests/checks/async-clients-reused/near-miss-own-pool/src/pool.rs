use std::sync::{Arc, Mutex};

use tokio_postgres::{Client, NoTls};

#[derive(Clone, Default)]
pub struct Pool {
    idle: Arc<Mutex<Vec<Client>>>,
}

impl Pool {
    /// An idle one is taken first.
    pub async fn get(&self) -> Client {
        let idle = self.idle.lock().unwrap().pop();
        match idle {
            Some(client) => client,
            None => connect().await,
        }
    }
}

async fn connect() -> Client {
    let (client, connection) = tokio_postgres::connect("host=db", NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
