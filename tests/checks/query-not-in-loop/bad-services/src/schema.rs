use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::store::Parcels;

pub struct Query;

#[Object]
impl Query {
    async fn parcels(&self, ctx: &Context<'_>, codes: Vec<String>) -> Result<Vec<Parcel>> {
        let store = ctx.data::<Arc<dyn Parcels>>()?;
        find_parcels(store.as_ref(), &codes).await
    }
}

async fn find_parcels<P: Parcels + ?Sized>(store: &P, codes: &[String]) -> Result<Vec<Parcel>> {
    let mut found = Vec::new();
    for code in codes {
        found.extend(store.of_code(code).await?);
    }
    Ok(found)
}
