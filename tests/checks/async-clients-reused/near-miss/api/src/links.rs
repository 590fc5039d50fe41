//! Connections of workers: made before their loops, and again when one is lost.

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, RedisError};

pub struct Links {
    client: redis::Client,
}

impl Links {
    pub async fn get_link_connection(&self) -> Result<MultiplexedConnection, RedisError> {
        self.client.get_multiplexed_async_connection().await
    }
}

pub struct Feed {
    links: Links,
}

impl Feed {
    pub async fn follow(&self) -> Result<(), RedisError> {
        let mut link = self.links.get_link_connection().await?;
        loop {
            let told: Result<(), RedisError> = link.set("seen", 1).await;
            if told.is_err() {
                let again = self.links.get_link_connection().await;
                match again {
                    Ok(again) => link = again,
                    Err(error) => eprintln!("{error}"),
                }
            }
        }
    }
}
