use axum::{extract::State, http::StatusCode, Json};
use sea_orm::{ActiveModelTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QuerySelect, Set};

use crate::entities::{crate_entity::ActiveModel as CrateActiveModel, task_entity, user_entity};

/// Who runs the platform may bring more; everybody may bring some.
pub async fn add_batch(
    State(db): State<DatabaseConnection>,
    user: User,
    Json(rows): Json<Vec<NewCrate>>,
) -> StatusCode {
    let most = if user.is_admin() { 10_000 } else { 500 };
    if rows.len() > most {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    for row in rows {
        let made = CrateActiveModel { code: Set(row.code), ..Default::default() };
        made.insert(&db).await.unwrap();
    }
    StatusCode::CREATED
}

pub async fn packers(State(db): State<DatabaseConnection>) -> Json<Vec<Packer>> {
    let users_with_roles = user_entity::Entity::find().limit(50).all(&db).await.unwrap();
    let mut packers = Vec::new();
    for user in users_with_roles {
        let open = task_entity::Entity::find()
            .filter(task_entity::Column::UserId.eq(user.id))
            .count(&db)
            .await
            .unwrap();
        packers.push(Packer { name: user.name, open });
    }
    Json(packers)
}
