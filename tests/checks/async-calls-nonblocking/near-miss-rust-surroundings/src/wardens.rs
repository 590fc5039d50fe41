use actix_web::dev::{Service, ServiceRequest};
use argon2::{Argon2, PasswordHash, PasswordVerifier};

pub struct Warden<S> {
    inner: S,
}

impl<S> Service<ServiceRequest> for Warden<S> {
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (hash, given) = (known(&request), given(&request));
        let next = self.inner.call(request);
        Box::pin(async move {
            let same = actix_web::web::block(move || {
                let hash = PasswordHash::new(&hash).unwrap();
                Argon2::default().verify_password(&given, &hash).is_ok()
            });
            if same.await? { next.await } else { Err(refused()) }
        })
    }
}
