use std::future::{ready, Ready};

use actix_web::dev::{forward_ready, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{error::ErrorForbidden, Error};
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use futures_util::future::LocalBoxFuture;

pub struct Sealed;

impl<S, B> Transform<S, ServiceRequest> for Sealed
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type InitError = ();
    type Transform = SealedService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(SealedService { service }))
    }
}

pub struct SealedService<S> {
    service: S,
}

impl<S, B> Service<ServiceRequest> for SealedService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    forward_ready!(service);

    fn call(&self, req: ServiceRequest) -> Self::Future {
        let seal = req.headers().get("x-seal").unwrap().to_str().unwrap();
        let known = PasswordHash::new(seal).unwrap();
        let same = Argon2::default().verify_password(b"depot", &known).is_ok();
        let next = self.service.call(req);
        Box::pin(async move {
            if !same {
                return Err(ErrorForbidden("no seal"));
            }
            next.await
        })
    }
}
