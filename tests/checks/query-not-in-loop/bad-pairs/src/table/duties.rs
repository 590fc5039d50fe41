use sea_orm::{entity::prelude::*, DatabaseConnection};

pub async fn list_of_pilot(db: &DatabaseConnection, pilot_id: &str) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::PilotId.eq(pilot_id)).all(db).await
}

pub async fn list_of_pilot_many(db: &DatabaseConnection, pilot_ids: &[String]) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::PilotId.is_in(pilot_ids.to_vec())).all(db).await
}

pub async fn change_batch(db: &DatabaseConnection, rows: Vec<Duty>) -> Result<(), Fault> {
    for row in rows {
        // Each row gets hours of its own.
        Entity::update_many()
            .col_expr(Column::Hours, Expr::value(row.hours))
            .filter(Column::Id.eq(row.id))
            .exec(db)
            .await?;
    }
    Ok(())
}

pub async fn remove_batch(db: &DatabaseConnection, rows: Vec<Duty>) -> Result<(), Fault> {
    for row in rows {
        Entity::delete_many()
            .filter(Column::PilotId.eq(row.pilot_id))
            .filter(Column::Day.eq(row.day))
            .exec(db)
            .await?;
    }
    Ok(())
}

pub async fn duty_of(db: &DatabaseConnection, id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Id.eq(id)).one(db).await
}

pub async fn advance(db: &DatabaseConnection, id: &str) -> Result<(i32, i32), DbErr> {
    let duty = Entity::update_many()
        .col_expr(Column::Step, Expr::col(Column::Step).add(1))
        .filter(Column::Id.eq(id))
        .exec_with_returning(db)
        .await?;
    Ok((duty[0].step - 1, duty[0].step))
}

pub async fn shift(db: &DatabaseConnection, duty_ids: &[String]) -> Result<(), Fault> {
    let mut log = Vec::new();
    for id in duty_ids {
        let duty = duty_of(db, id).await?;
        // What comes back is needed in the round itself.
        let (from, to) = advance(db, id).await?;
        log.push((duty, from, to));
    }
    Ok(())
}
