use std::time::Duration;

use deadpool_postgres::Pool;

async fn connection(pool: Pool) -> bool {
    // a future here, awaited by the timeout
    tokio::time::timeout(Duration::from_secs(2), pool.get()).await.is_ok()
}

#[actix_web::main]
async fn main() {
    connection(Pool::default()).await;
}
