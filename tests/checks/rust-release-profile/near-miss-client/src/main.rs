use axum::http::StatusCode;
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Code, Status};

/// A `tonic::transport::Server` answers at the other end; axum::serve is what it has before it.
pub fn status_of(code: Code) -> StatusCode {
    match code {
        Code::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_GATEWAY,
    }
}

pub async fn channel() -> Result<Channel, Status> {
    let _ = MetadataMap::new();
    Channel::from_static("http://buoys:50051")
        .connect()
        .await
        .map_err(|error| Status::unavailable(error.to_string()))
}

#[tokio::main]
async fn main() {
    let _ = channel().await;
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn answers() {
        let router = tonic::transport::Server::builder();
        drop(router);
    }
}
