use std::sync::Arc;

use actix_web::{web, App, HttpResponse, HttpServer};
use tokio::sync::RwLock;
use tokio_postgres::{Client, Error, NoTls};

struct Db {
    dsn: String,
    client: RwLock<Option<Arc<Client>>>,
}

impl Db {
    async fn connect_once(&self) -> Result<Arc<Client>, Error> {
        let (client, connection) = tokio_postgres::connect(&self.dsn, NoTls).await?;
        tokio::spawn(connection);
        Ok(Arc::new(client))
    }

    async fn reconnect(&self) -> Result<(), Error> {
        let client = self.connect_once().await?;
        *self.client.write().await = Some(client);
        Ok(())
    }

    async fn current(&self) -> Result<Arc<Client>, Error> {
        if let Some(one) = self.client.read().await.as_ref() {
            return Ok(one.clone());
        }
        self.reconnect().await?;
        Ok(self.client.read().await.as_ref().unwrap().clone())
    }
}

async fn entries(db: web::Data<Db>) -> HttpResponse {
    let client = db.current().await.unwrap();
    let rows = client.query("SELECT count(*) FROM entries", &[]).await.unwrap();
    HttpResponse::Ok().body(rows.len().to_string())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = web::Data::new(Db {
        dsn: std::env::var("DATABASE_URL").unwrap(),
        client: RwLock::new(None),
    });
    HttpServer::new(move || App::new().app_data(db.clone()).route("/entries", web::get().to(entries)))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
