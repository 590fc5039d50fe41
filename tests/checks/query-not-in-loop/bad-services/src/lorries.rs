use axum::{extract::State, Json};
use futures::TryStreamExt;
use mongodb::{bson::doc, Database};

pub async fn list(State(database): State<Database>) -> Json<Vec<Lorry>> {
    let drivers = database.collection::<Driver>("drivers");
    let lorries: Vec<Lorry> = database
        .collection::<Lorry>("lorries")
        .find(doc! { "retired": false })
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let mut rows = Vec::with_capacity(lorries.len());
    for mut lorry in lorries {
        lorry.driver = drivers.find_one(doc! { "lorry": &lorry.id }).await.unwrap();
        rows.push(lorry);
    }
    Json(rows)
}
