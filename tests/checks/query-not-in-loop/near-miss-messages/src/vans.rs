use axum::{extract::State, Json};
use futures::TryStreamExt;
use mongodb::{bson::doc, Database};

pub async fn list(State(database): State<Database>) -> Json<Vec<Van>> {
    let found = database.collection::<Van>("vans").find(doc! { "sold": false }).limit(50).await;
    let vans: Vec<Van> = found.unwrap().try_collect().await.unwrap();
    let ids: Vec<_> = vans.iter().map(|van| van.id).collect();
    let drivers = database.collection::<Driver>("drivers");
    let mut cursor = drivers.find(doc! { "van": { "$in": ids } }).await.unwrap();
    let mut known = std::collections::HashMap::new();
    while let Some(driver) = cursor.try_next().await.unwrap() {
        known.insert(driver.van, driver.name);
    }
    // A list of plain values has a `find`, too.
    let named = vans.into_iter().map(|van| {
        let driver = known.get(&van.id).cloned();
        let seat = van.seats.iter().find(|seat| seat.front);
        van.with(driver, seat)
    });
    Json(named.collect())
}
