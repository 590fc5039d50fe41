use std::sync::Arc;

use axum::{extract::{Query, State}, routing::get, Json, Router};
use futures::TryStreamExt;
use mongodb::{bson::doc, Collection, Database};

pub trait Berths: Send + Sync + 'static {
    fn reservations(&self, harbour: &str) -> impl Future<Output = Vec<Reservation>> + Send;
}

pub struct MongoBerths {
    reservations: Collection<Reservation>,
}

impl MongoBerths {
    pub fn new(database: Database) -> Self {
        Self { reservations: database.collection("reservations") }
    }
}

impl Berths for MongoBerths {
    async fn reservations(&self, harbour: &str) -> Vec<Reservation> {
        let filter = doc! { "harbour": harbour };
        self.reservations.find(filter).await.unwrap().try_collect().await.unwrap()
    }
}

pub struct Quay<B> {
    berths: B,
}

impl<B> Quay<B>
where
    B: Berths,
{
    pub fn new(berths: B) -> Self {
        Self { berths }
    }
}

pub fn router<B: Berths>(berths: B) -> Router {
    Router::new()
        .route("/reservations", get(list::<B>))
        .with_state(Arc::new(Quay::new(berths)))
}

async fn list<B: Berths>(
    State(quay): State<Arc<Quay<B>>>,
    Query(page): Query<Page>,
) -> Json<Vec<Reservation>> {
    let found = quay.berths.reservations(&page.harbour).await;
    let rows = found.into_iter().skip(page.offset).take(page.size.min(50)).collect();
    Json(rows)
}
