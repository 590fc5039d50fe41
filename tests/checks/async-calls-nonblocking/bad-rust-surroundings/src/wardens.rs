use actix_web::dev::{Service, ServiceRequest};
use argon2::{Argon2, PasswordHash, PasswordVerifier};

pub struct Warden<S> {
    inner: S,
}

impl<S> Service<ServiceRequest> for Warden<S> {
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let hash = PasswordHash::new(known(&request)).unwrap();
        let same = Argon2::default().verify_password(given(&request), &hash).is_ok();
        let next = self.inner.call(request);
        Box::pin(async move { if same { next.await } else { Err(refused()) } })
    }
}
