use actix_web::{get, web, HttpResponse};
use sea_orm::{sea_query::SelectStatement, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

use crate::entity::{importer, lamp};

pub struct Lamps {
    db: DatabaseConnection,
}

impl Lamps {
    /// The lamps that another query names.
    pub async fn of(&self, chosen: SelectStatement) -> Vec<lamp::Model> {
        lamp::Entity::find()
            .filter(lamp::Column::Id.in_subquery(chosen))
            .all(&self.db)
            .await
            .unwrap()
    }

    pub async fn matching(&self, condition: sea_orm::Condition) -> Vec<lamp::Model> {
        lamp::Entity::find().filter(condition).all(&self.db).await.unwrap()
    }

    pub async fn importers(&self) -> Vec<importer::Model> {
        importer::Entity::find().all(&self.db).await.unwrap()
    }

    /// One page, whatever comes along with its rows.
    pub async fn page(&self, limit: u64) -> Vec<(lamp::Model, Option<importer::Model>)> {
        let query = apply_pagination(lamp::Entity::find(), limit.min(100));
        query.find_also_related(importer::Entity).all(&self.db).await.unwrap()
    }

    pub async fn everything(&self) -> Vec<lamp::Model> {
        lamp::Entity::find().all(&self.db).await.unwrap()
    }
}

#[get("/v2/lamps")]
pub async fn lamps(lamps: web::Data<Lamps>, chosen: web::Data<SelectStatement>) -> HttpResponse {
    let found = lamps.of(chosen.as_ref().clone()).await;
    let more = lamps.matching(sea_orm::Condition::all()).await;
    HttpResponse::Ok().json((found, more))
}

#[get("/v2/importers")]
pub async fn importers(lamps: web::Data<Lamps>) -> HttpResponse {
    HttpResponse::Ok().json(lamps.importers().await)
}

#[get("/v2/lamps/page")]
pub async fn page(lamps: web::Data<Lamps>, limit: web::Query<u64>) -> HttpResponse {
    HttpResponse::Ok().json(lamps.page(*limit).await)
}

/// The figures of one watch, of all its lamps.
#[get("/v2/watches/{watch}")]
pub async fn watch(lamps: web::Data<Lamps>, watch: web::Path<String>) -> HttpResponse {
    let lit = lamps.everything().await.into_iter().filter(|one| one.watch == *watch).count();
    HttpResponse::Ok().json(lit)
}
