use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::entity::{dive, sighting};

/// What a caller has loaded already, or not.
pub enum Memo<T> {
    Provided(T),
    NotProvided,
}

#[derive(serde::Serialize)]
pub struct Summary {
    id: i32,
    species: Vec<String>,
}

impl Summary {
    /// The sightings of all dives come at once; `from_entity` asks only where they are missing.
    pub async fn from_entities<C: ConnectionTrait>(dives: &[dive::Model], db: &C) -> Vec<Self> {
        let ids: Vec<i32> = dives.iter().map(|one| one.id).collect();
        let all = sighting::Entity::find()
            .filter(sighting::Column::DiveId.is_in(ids))
            .all(db)
            .await
            .unwrap();
        let mut found = Vec::new();
        for one in dives.iter() {
            let own = all.iter().filter(|each| each.dive_id == one.id).cloned().collect();
            found.push(Self::from_entity(one, Memo::Provided(own), db).await);
        }
        found
    }

    pub async fn from_entity<C: ConnectionTrait>(
        dive: &dive::Model,
        sightings: Memo<Vec<sighting::Model>>,
        db: &C,
    ) -> Self {
        let sightings = match sightings {
            Memo::Provided(inner) => inner,
            Memo::NotProvided => sighting::Entity::find()
                .filter(sighting::Column::DiveId.eq(dive.id))
                .all(db)
                .await
                .unwrap(),
        };
        Summary { id: dive.id, species: sightings.into_iter().map(|one| one.species).collect() }
    }
}

pub struct Reported {
    pub species_identifier: String,
    pub names: Vec<String>,
}

/// A report names one or two new species among its many.
pub async fn ingest_report<C: ConnectionTrait>(report: Vec<Reported>, new: HashSet<String>, db: &C) {
    for one in report {
        if new.contains(&one.species_identifier) {
            let row = sighting::ActiveModel {
                species: sea_orm::Set(one.species_identifier.clone()),
                ..Default::default()
            };
            sighting::Entity::insert(row).exec(db).await.unwrap();
        }
    }
}
