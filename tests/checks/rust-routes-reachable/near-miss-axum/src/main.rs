use axum::{routing::{get, post}, Router};

async fn ok() -> &'static str {
    "ok"
}

fn users() -> Router {
    Router::new().route("/", get(ok)).route("/{id}", get(ok))
}

fn posts() -> Router {
    Router::new().route("/posts", get(ok))
}

#[tokio::main]
async fn main() {
    let open = std::env::args().count() > 1;
    let app = Router::new()
        .route("/items", get(ok))
        .route("/items", post(ok))
        .route("/items/{id}", get(ok))
        .route("/items/{id}/parts/{part}", get(ok))
        // one prefix for two routers is merged
        .nest("/api", users())
        .nest("/api", posts());
    let app = if open {
        app.route("/docs", get(ok))
    } else {
        app.route("/docs", get(|| async { "closed" }))
    };
    let tides = Tides { gated: open, mode: Mode::Ebb };
    let app = app.merge(tide_tables(&tides, None)).merge(pilots(open));
    let internal = Router::new().route("/items", get(ok)).route("/health", get(ok));
    let first = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    let second = tokio::net::TcpListener::bind("127.0.0.1:3001").await.unwrap();
    tokio::spawn(async move { axum::serve(second, internal).await.unwrap() });
    axum::serve(first, app).await.unwrap();
}

enum Mode {
    Ebb,
    Flood,
}

struct Tides {
    gated: bool,
    mode: Mode,
}

fn tide_tables(tides: &Tides, harbour: Option<&str>) -> Router {
    let mut gated = Router::new().route("/gauges", get(ok));
    if !tides.gated {
        gated = gated.route("/tides", get(ok));
    }
    let mut plain = Router::new().route("/moon", get(ok));
    if tides.gated && open_today() {
        plain = plain.route("/tides", get(ok));
    }
    if let Some(_name) = harbour {
        plain = plain.route("/berths", get(ok));
    }
    if harbour.is_none() {
        gated = gated.route("/berths", get(ok));
    }
    if matches!(tides.mode, Mode::Ebb) {
        plain = plain.route("/sluice", get(ok));
    }
    match tides.mode {
        Mode::Flood => gated = gated.route("/sluice", get(ok)),
        Mode::Ebb => {}
    }
    plain.merge(gated)
}

fn open_today() -> bool {
    true
}

fn pilots(resting: bool) -> Router {
    let mut router = Router::new();
    if resting {
        router = router.route("/pilots", get(|| async { "ashore" }));
        return router;
    }
    router.route("/pilots", get(ok))
}
