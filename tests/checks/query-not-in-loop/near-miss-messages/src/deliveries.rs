use axum::extract::State;
use futures::StreamExt;
use sqlx::PgPool;

/// One at a time, as they come in.
pub async fn consume(pool: PgPool) {
    let mut incoming = channel().await.basic_consume("deliveries", "courier").await.unwrap();
    while let Some(delivery) = incoming.next().await {
        let delivery = delivery.unwrap();
        sqlx::query("UPDATE deliveries SET state = 'sent' WHERE code = $1")
            .bind(code_of(&delivery))
            .execute(&pool)
            .await
            .unwrap();
        delivery.ack().await.unwrap();
    }
}

pub async fn watch(State(pool): State<PgPool>) {
    let mut pubsub = client().get_async_pubsub().await.unwrap();
    pubsub.subscribe("done").await.unwrap();
    let mut stream = pubsub.into_on_message();
    while let Some(code) = stream.next().await {
        sqlx::query("UPDATE deliveries SET state = 'done' WHERE code = $1")
            .bind(code.get_payload::<String>().unwrap())
            .execute(&pool)
            .await
            .unwrap();
    }
}

/// What one parcel is made of: a handful, each named here.
pub async fn unpack(State(pool): State<PgPool>, parcel: Parcel) {
    let mut rows: Vec<(&str, &str)> = Vec::new();
    if let Some(label) = &parcel.label {
        rows.push(("label", label));
    }
    if let Some(slip) = &parcel.slip {
        rows.push(("slip", slip));
    }
    for seal in &parcel.seals {
        rows.push(("seal", seal));
    }
    for (kind, code) in rows {
        sqlx::query("INSERT INTO parts (kind, code) VALUES ($1, $2)")
            .bind(kind)
            .bind(code)
            .execute(&pool)
            .await
            .unwrap();
    }
}
