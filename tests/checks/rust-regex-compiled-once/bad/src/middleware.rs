use actix_web::dev::ServiceRequest;

pub fn is_internal(request: &ServiceRequest) -> bool {
    let internal = regex::Regex::new(r"^/internal/").unwrap();
    internal.is_match(request.path())
}
