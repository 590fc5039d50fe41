use actix_web::{get, post, web, HttpResponse};
use futures::future::join_all;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use sqlx::PgPool;

#[get("/rows")]
pub async fn list_rows(pool: web::Data<PgPool>) -> Result<HttpResponse, Error> {
    let rows = sqlx::query_as!(Row, "SELECT id, name FROM orchard_rows ORDER BY name")
        .fetch_all(pool.get_ref())
        .await?;
    let mut answer = Vec::with_capacity(rows.len());
    for row in &rows {
        let yields = sqlx::query_scalar!(
            "SELECT SUM(kilos) FROM harvests WHERE row_id = $1",
            row.id
        )
        .fetch_one(pool.get_ref())
        .await?;
        answer.push((row.name.clone(), yields));
    }
    Ok(HttpResponse::Ok().json(answer))
}

#[post("/labels")]
pub async fn label_all(pool: web::Data<PgPool>, labels: web::Json<Vec<Label>>) -> Result<HttpResponse, Error> {
    let sent = labels.iter().map(|label| async {
        sqlx::query("UPDATE trees SET label = $1 WHERE id = $2")
            .bind(&label.text)
            .bind(label.tree)
            .execute(pool.get_ref())
            .await
    });
    join_all(sent).await;
    Ok(HttpResponse::NoContent().finish())
}

pub async fn bulk_graft(db: &DatabaseConnection, stocks: Vec<stock::Model>) -> Result<(), DbErr> {
    for one in stocks {
        let scion = scion::Entity::find_by_id(one.scion_id).one(db).await?;
        let mut tree: tree::ActiveModel = one.into();
        tree.scion = Set(scion.map(|s| s.name));
        tree.update(db).await?;
    }
    Ok(())
}

/// What the database's own function does is a statement for each of them too.
#[actix_web::post("/rows/{row}/fell")]
pub async fn fell_row(pool: web::Data<PgPool>, row: web::Path<i64>) -> Result<HttpResponse, Fault> {
    let ids: Vec<(i64,)> = sqlx::query_as("SELECT id FROM trees WHERE row_id = $1")
        .bind(*row)
        .fetch_all(pool.get_ref())
        .await?;
    for (id,) in &ids {
        sqlx::query("SELECT orchard.fell_tree($1)").bind(id).execute(pool.get_ref()).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
