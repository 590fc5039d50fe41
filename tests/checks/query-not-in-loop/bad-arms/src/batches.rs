use actix_web::{get, web::Json};
use futures::future::try_join_all;
use tokio_postgres::Client;

#[get("/sizes")]
pub async fn sizes(client: Client) -> Result<Json<Vec<i64>>, tokio_postgres::Error> {
    let rows = client.query("SELECT id FROM batches WHERE open", &[]).await?;
    let client = &client;
    let sizes = try_join_all(rows.into_iter().map(|row| async move {
        let id: i64 = row.get(0);
        let found = client.query_one("SELECT count(*) FROM dogs WHERE batch_id = $1", &[&id]).await?;
        Ok(found.get(0))
    }))
    .await?;
    Ok(Json(sizes))
}
