use sea_orm::{entity::prelude::*, DatabaseConnection};

use super::duties;

pub async fn refuse_if_on_duty(db: &DatabaseConnection, pilot_ids: &[String]) -> Result<(), Fault> {
    for pilot_id in pilot_ids {
        if !duties::list_of_pilot(db, pilot_id).await?.is_empty() {
            return Err(Fault::OnDuty);
        }
    }
    Ok(())
}

// Every route hands over one.
pub async fn refuse_if_listed(db: &DatabaseConnection, roster_ids: &[String]) -> Result<(), Fault> {
    check_listed(db, roster_ids).await
}

async fn check_listed(db: &DatabaseConnection, roster_ids: &[String]) -> Result<(), Fault> {
    for roster_id in roster_ids {
        let listed = duties::Entity::find()
            .filter(duties::Column::RosterId.eq(roster_id))
            .all(db)
            .await?;
        if !listed.is_empty() {
            return Err(Fault::Listed);
        }
    }
    Ok(())
}

pub async fn recheck(db: &DatabaseConnection, roster_ids: &[String]) -> Result<(), Fault> {
    check_listed(db, roster_ids).await
}
