use axum::{extract::Path, http::StatusCode, routing::get, Router};

#[tokio::main]
async fn main() {
    let app = Router::new().route("/sluices/{id}", get(sluice));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

/// Only the first two are ever made: the others are asked for.
#[derive(Clone, Copy, PartialEq)]
enum Sluice {
    Open,
    Shut,
    Broken,
    Lost,
}

impl Sluice {
    fn told(self) -> StatusCode {
        match self {
            Self::Open | Self::Shut => StatusCode::OK,
            Self::Lost => todo!(),
            Self::Broken => todo!(),
        }
    }
}

async fn sluice(Path(id): Path<u32>) -> StatusCode {
    let found = if id > 4 { Sluice::Open } else { Sluice::Shut };
    if found == Sluice::Broken || matches!(found, Sluice::Lost) {
        return StatusCode::GONE;
    }
    if let Sluice::Lost = found {
        return StatusCode::NOT_FOUND;
    }
    found.told()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_ones() {
        assert!(Sluice::Broken != Sluice::Lost);
        let lost = Sluice::Lost;
        assert!(lost == Sluice::Lost);
    }
}
