use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::store::Parcels;
use depot_proto::parcel_import_server::ParcelImport;

pub struct ParcelService<P> {
    parcels: Arc<P>,
}

impl<P: Parcels> ParcelService<P> {
    pub fn new(parcels: P) -> Self {
        Self { parcels: Arc::new(parcels) }
    }

    async fn bulk_add(&self, rows: &[Parcel]) -> Result<(), Failure> {
        for row in rows {
            self.parcels.record(row).await?;
        }
        Ok(())
    }
}

#[tonic::async_trait]
impl<P: Parcels + 'static> ParcelImport for ParcelService<P> {
    async fn import(&self, request: Request<ImportRequest>) -> Result<Response<Imported>, Status> {
        let rows = Parcel::of(request.into_inner().rows);
        self.bulk_add(&rows).await.map_err(Status::from)?;
        Ok(Response::new(Imported {}))
    }
}
