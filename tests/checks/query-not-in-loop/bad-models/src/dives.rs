use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tracing::{info_span, Instrument};

use crate::entity::{dive, sighting};

#[derive(serde::Serialize)]
pub struct Summary {
    id: i32,
    sightings: u64,
}

impl Summary {
    pub async fn from_entities<C: ConnectionTrait>(dives: &[dive::Model], db: &C) -> Vec<Self> {
        let mut found = Vec::new();
        for one in dives.iter() {
            let sightings = sighting::Entity::find()
                .filter(sighting::Column::DiveId.eq(one.id))
                .count(db)
                .instrument(info_span!("count sightings", dive = one.id))
                .await
                .unwrap();
            found.push(Summary { id: one.id, sightings });
        }
        found
    }
}
