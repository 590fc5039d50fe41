use hyper::service::{make_service_fn, service_fn};
use tonic::{Code, Status};

pub fn refused() -> Status {
    Status::new(Code::Unavailable, "no buoy answers")
}

#[tokio::main]
async fn main() -> Result<(), hyper::Error> {
    let service = make_service_fn(|_| async { Ok::<_, hyper::Error>(service_fn(buoy_gateway::answer)) });
    hyper::Server::bind(&([0, 0, 0, 0], 8080).into()).serve(service).await
}
