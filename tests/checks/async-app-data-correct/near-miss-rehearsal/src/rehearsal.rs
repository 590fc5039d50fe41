use std::sync::Arc;

use actix_web::{test, web, App};

use crate::{routes, Ledger};

/// An application for rehearsals only: nobody asks it.
pub async fn rehearse() {
    let ledger = Arc::new(Ledger);
    let app = test::init_service(
        App::new()
            .app_data(web::Data::new(ledger.clone()))
            .configure(routes),
    )
    .await;
    let _ = app;
}
