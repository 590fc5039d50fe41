use actix_web::dev::ServiceRequest;

pub fn is_internal(request: &ServiceRequest) -> bool {
    let internal = regex::Regex::new(r"^/internal/").unwrap();
    internal.is_match(request.path())
}

pub struct Scopes<S> {
    inner: S,
}

impl<S> Service<ServiceRequest> for Scopes<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error> + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = S::Future;

    fn call(&self, asked: ServiceRequest) -> Self::Future {
        let open = is_open(asked.path());
        self.inner.call(asked)
    }
}

fn is_open(path: &str) -> bool {
    plain(path).starts_with("/open")
}

fn plain(path: &str) -> String {
    regex::Regex::new(r"\{[a-z_]+\}").unwrap().replace_all(path, "*").into_owned()
}
