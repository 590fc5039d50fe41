use std::sync::Mutex;

use sqlx::PgPool;

#[tonic::async_trait]
pub trait Parcels: Send + Sync {
    async fn record(&self, parcel: &Parcel) -> Result<(), Failure>;
    async fn of_code(&self, code: &str) -> Result<Option<Parcel>, Failure>;
}

pub struct PgParcels {
    pool: PgPool,
}

#[tonic::async_trait]
impl Parcels for PgParcels {
    async fn record(&self, parcel: &Parcel) -> Result<(), Failure> {
        sqlx::query("INSERT INTO parcels (code, weight) VALUES ($1, $2)")
            .bind(&parcel.code)
            .bind(parcel.weight)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn of_code(&self, code: &str) -> Result<Option<Parcel>, Failure> {
        let found = sqlx::query_as::<_, Parcel>("SELECT * FROM parcels WHERE code = $1")
            .bind(code)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found)
    }
}

/// For a developer's machine.
#[derive(Default)]
pub struct InMemoryParcels {
    parcels: Mutex<Vec<Parcel>>,
}

#[tonic::async_trait]
impl Parcels for InMemoryParcels {
    async fn record(&self, parcel: &Parcel) -> Result<(), Failure> {
        self.parcels.lock().unwrap().push(parcel.clone());
        Ok(())
    }

    async fn of_code(&self, code: &str) -> Result<Option<Parcel>, Failure> {
        Ok(self.parcels.lock().unwrap().iter().find(|one| one.code == code).cloned())
    }
}
