"""What a server serves: registrations followed across functions, files, crates and languages."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.network.programs import program_of_dockerfile
from pytest_reconaudit.facts.network.routes import Route, RouteTable, route_tables, routes_of
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.routes_nest import read_nest_routes
from pytest_reconaudit.readers.routes_python_code import read_python_routes
from pytest_reconaudit.readers.routes_rust import read_rust_routes
from pytest_reconaudit.readers.routes_script import read_script_routes
from pytest_reconaudit.readers.routing import Endpoint, Gap, RoutingFile, joined, plain_path
from pytest_reconaudit.target import Target

ACTIX = '[package]\nname = "ferry"\nversion = "0.1.0"\n[dependencies]\nactix-web = "4"\n'
AXUM = '[package]\nname = "ferry"\nversion = "0.1.0"\n[dependencies]\naxum = "0.8"\n'


def tree(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return Target(root)


def only(target: Target) -> RouteTable:
    (table,) = route_tables(target)
    return table


def shown(table: RouteTable) -> set[str]:
    return {f"{one.method} {one.path}" for one in table.routes}


def actix(root: Path, main: str, **modules: str) -> RouteTable:
    files = {"Cargo.toml": ACTIX, "src/main.rs": "use actix_web::*;\n" + dedent(main)}
    for name, text in modules.items():
        files[f"src/{name.replace('__', '/')}.rs"] = "use actix_web::*;\n" + dedent(text)
    return only(tree(root, files))


def axum(root: Path, main: str, **modules: str) -> RouteTable:
    head = "use axum::{routing::{get, post}, Router};\n"
    files = {"Cargo.toml": AXUM, "src/main.rs": head + dedent(main)}
    for name, text in modules.items():
        files[f"src/{name.replace('__', '/')}.rs"] = head + dedent(text)
    return only(tree(root, files))


# -- Actix ---------------------------------------------------------------------------------


def test_actix_scopes_nest_and_keep_their_places(tmp_path: Path) -> None:
    table = actix(
        tmp_path,
        """
        async fn main() {
            HttpServer::new(|| {
                App::new()
                    .service(web::scope("/api")
                        .route("/health", web::get().to(health))
                        .service(web::scope("/v2")
                            .service(web::resource("/boats/{id}")
                                .route(web::get().to(show))
                                .route(web::delete().to(sink)))
                            .service(web::resource("/any").to(anything))))
                    .route("/", web::get().to(index))
                    .service(web::redirect("/old", "/new"))
            }).bind("0.0.0.0:7000")?.run().await
        }
        """,
    )
    assert shown(table) == {
        "GET /api/health", "GET /api/v2/boats/{id}", "DELETE /api/v2/boats/{id}",
        "* /api/v2/any", "GET /", "* /old",
    }  # fmt: skip
    assert table.complete
    assert table.framework == "actix"
    health = next(one for one in table.routes if one.path == "/api/health")
    assert health.place == Place("src/main.rs", 7, 24)
    assert health.handler == "health"
    boats = next(one for one in table.routes if one.method == "DELETE")
    assert [scope.prefix for scope in boats.scopes] == ["/api", "/api/v2"]
    assert [scope.place.line for scope in boats.scopes] == [6, 8]


def test_guards_say_the_method(tmp_path: Path) -> None:
    table = actix(
        tmp_path,
        """
        async fn ok() -> HttpResponse { HttpResponse::Ok().finish() }

        #[actix_web::main]
        async fn main() -> std::io::Result<()> {
            HttpServer::new(|| {
                App::new()
                    .service(
                        web::resource("/cargo").guard(guard::Method(http::Method::POST)).to(ok),
                    )
                    .service(web::resource("/crew").to(ok).guard(guard::Get()))
                    .service(web::resource("/mail").guard(guard::Header("x", "y")).to(ok))
                    .service(web::resource("/tide").guard(guard::Not(guard::Get())).to(ok))
                    .service(
                        web::resource("/port")
                            .route(web::get().guard(guard::Header("x", "y")).to(ok))
                            .route(web::route().guard(guard::Put()).to(ok))
                            .route(web::route().method(http::Method::PATCH).to(ok)),
                    )
                    .service(
                        web::scope("/night")
                            .guard(guard::Any(guard::Get()).or(guard::Head()))
                            .route("/watch", web::to(ok))
                            .route("/lamp", web::post().to(ok)),
                    )
            })
            .bind("0.0.0.0:80")?
            .run()
            .await
        }
        """,
    )
    assert shown(table) == {
        "POST /cargo",
        "GET /crew",
        "* /mail",
        "* /tide",
        "GET /port",
        "PUT /port",
        "PATCH /port",
        "GET /night/watch",
        "HEAD /night/watch",
        "POST /night/lamp",
    }


def test_actix_configure_functions_are_followed_across_files(tmp_path: Path) -> None:
    table = actix(
        tmp_path,
        """
        mod routes;
        async fn main() -> std::io::Result<()> {
            HttpServer::new(|| App::new().configure(routes::all).configure(|c| { c.service(ping); }))
                .bind(("0.0.0.0", 7000))?.run().await
        }
        #[get("/ping")]
        async fn ping() -> &'static str { "pong" }
        """,
        routes="""
        pub mod boats;
        const BASE: &str = "/v1";
        pub fn all(cfg: &mut web::ServiceConfig) {
            cfg.service(web::scope(BASE).configure(boats::config));
            unrelated();
        }
        """,
        routes__boats="""
        pub fn config(cfg: &mut web::ServiceConfig) {
            cfg.service(list).service(show);
            if cfg!(feature = "admin") { cfg.route("/purge", web::post().to(purge)); }
        }
        #[get("/boats")]
        async fn list() {}
        #[actix_web::route("/boats/{id}", method = "GET", method = "HEAD")]
        async fn show() {}
        """,
    )
    assert shown(table) == {
        "GET /ping", "GET /v1/boats", "GET /v1/boats/{id}", "HEAD /v1/boats/{id}", "POST /v1/purge",
    }  # fmt: skip
    assert table.complete


def test_actix_what_main_does_not_reach_is_not_served(tmp_path: Path) -> None:
    table = actix(
        tmp_path,
        """
        mod other;
        async fn main() { HttpServer::new(|| App::new().route("/a", web::get().to(a))).run().await }
        """,
        other="""
        pub fn config(cfg: &mut web::ServiceConfig) { cfg.route("/b", web::get().to(b)); }
        pub async fn second() {
            HttpServer::new(|| App::new().route("/c", web::get().to(c))).run().await
        }
        #[cfg(test)]
        mod tests {
            fn app() { App::new().route("/d", web::get().to(d)); }
        }
        """,
    )
    assert shown(table) == {"GET /a"}


def test_actix_the_start_may_be_in_the_library(tmp_path: Path) -> None:
    table = actix(
        tmp_path,
        """
        async fn main() { ferry::startup::Application::build(config()).await.run().await }
        """,
        startup="""
        impl Application {
            pub async fn build(settings: Settings) -> Self {
                let server = run(settings);
                Self { server }
            }
        }
        fn run(settings: Settings) -> Server {
            HttpServer::new(move || {
                let app = App::new().wrap(logger());
                app.service(web::scope("/api").configure(routes))
            }).listen(listener)?.run()
        }
        fn routes(cfg: &mut web::ServiceConfig) { cfg.route("/up", web::get().to(up)); }
        """,
        lib="pub mod startup;\n",
    )
    assert shown(table) == {"GET /api/up"}


def test_actix_a_computed_path_leaves_the_table_open_below_its_scope(tmp_path: Path) -> None:
    table = actix(
        tmp_path,
        """
        async fn main() {
            HttpServer::new(|| App::new()
                .service(web::scope("/plugins").configure(loaded_at_run_time))
                .service(actix_files::Files::new("/assets", "./static"))
                .route("/up", web::get().to(up))).run().await
        }
        """,
    )
    assert table.complete
    assert table.open_below == ("/assets", "/plugins")
    assert table.serves("/up") is True
    assert table.serves("/plugins/x") is None
    assert table.serves("/assets/logo.svg") is None
    assert table.serves("/down") is False


def test_actix_a_service_that_is_computed_makes_it_incomplete(tmp_path: Path) -> None:
    table = actix(
        tmp_path,
        """
        async fn main() {
            HttpServer::new(|| {
                let mut app = App::new().route("/up", web::get().to(up));
                for one in modules() { app = app.service(one.scope()); }
                app
            }).run().await
        }
        """,
    )
    assert not table.complete
    assert table.doubt is not None
    assert table.serves("/up") is True
    assert table.serves("/down") is None


def test_actix_default_service_that_says_not_found_is_none(tmp_path: Path) -> None:
    found = actix(
        tmp_path / "a",
        """
        async fn main() {
            HttpServer::new(|| App::new().route("/up", web::get().to(up))
                .default_service(web::to(|| HttpResponse::NotFound()))).run().await
        }
        """,
    )
    assert found.serves("/x") is False
    page = actix(
        tmp_path / "b",
        """
        async fn main() {
            HttpServer::new(|| App::new().default_service(web::to(index_page))).run().await
        }
        """,
    )
    assert page.serves("/x") is None


def test_crates_of_a_workspace_are_followed_by_name(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
            "crates/server/Cargo.toml": (
                '[package]\nname = "ferry_server"\n[dependencies]\nactix-web = "4"\n'
                'ferry-routes = { path = "../routes" }\n'
            ),
            "crates/server/src/main.rs": """
                use actix_web::{App, HttpServer};
                async fn main() {
                    HttpServer::new(|| App::new().configure(|c| ferry_routes::config(c, &limit())))
                        .run().await
                }
                """,
            "crates/routes/Cargo.toml": (
                '[package]\nname = "ferry-routes"\n[dependencies]\nactix-web = "4"\n'
            ),
            "crates/routes/src/lib.rs": """
                use actix_web::web::{get, scope, ServiceConfig};
                pub fn config(cfg: &mut ServiceConfig, limit: &Limit) {
                    cfg.service(scope("/api").route("/boats", get().to(boats)));
                }
                """,
            "crates/unused/Cargo.toml": '[package]\nname = "unused"\n',
            "crates/unused/src/lib.rs": """
                use actix_web::web::{get, ServiceConfig};
                pub fn config(cfg: &mut ServiceConfig) { cfg.route("/nowhere", get().to(x)); }
                """,
        },
    )
    table = only(target)
    assert table.folder == "crates/server"
    assert shown(table) == {"GET /api/boats"}


# -- axum ----------------------------------------------------------------------------------


def test_axum_nest_merge_and_functions_that_return_routers(tmp_path: Path) -> None:
    table = axum(
        tmp_path,
        """
        mod boats;
        #[tokio::main]
        async fn main() {
            let state = AppState::new();
            let listener = tokio::net::TcpListener::bind("0.0.0.0:7000").await.unwrap();
            axum::serve(listener, app(state)).await.unwrap();
        }
        fn app(state: AppState) -> Router {
            let api = Router::new().nest("/boats", boats::router()).merge(harbours());
            Router::new()
                .route("/health", get(|| async { "ok" }))
                .nest("/api", api)
                .fallback(not_found)
                .layer(TraceLayer::new_for_http())
                .with_state(state)
        }
        fn harbours() -> Router<AppState> {
            Router::new().route("/harbours", get(list).post(create))
        }
        async fn not_found() -> StatusCode { StatusCode::NOT_FOUND }
        """,
        boats="""
        pub fn router() -> Router<AppState> {
            Router::new()
                .route("/", get(list))
                .route("/{id}", axum::routing::put(replace).delete(sink))
                .route("/:id/log/*rest", axum::routing::any(log))
        }
        """,
    )
    assert shown(table) == {
        "GET /health", "GET /api/boats", "PUT /api/boats/{id}", "DELETE /api/boats/{id}",
        "* /api/boats/{id}/log/{*rest}", "GET /api/harbours", "POST /api/harbours",
    }  # fmt: skip
    assert table.complete
    assert table.serves("/api/boats") is True
    assert table.serves("/api/boats/7", "PUT") is True
    assert table.serves("/api/boats/7") is False
    assert table.serves("/api/boats/7/log/a/b", "POST") is True
    assert table.serves("/nowhere") is False


def test_axum_branches_reassignment_and_wrapped_routers(tmp_path: Path) -> None:
    table = axum(
        tmp_path,
        """
        use tower_http::normalize_path::NormalizePath;
        async fn main() {
            let mut app = Router::new().route("/a", get(a));
            if metrics { app = app.route("/metrics", get(m)); }
            let app = match mode { Mode::Full => app.merge(extra()), _ => app };
            let app = with_docs(app);
            let service = NormalizePath::trim_trailing_slash(app);
            axum::serve(listener, ServiceExt::<Request>::into_make_service(service)).await
        }
        fn extra() -> Router { Router::new().route("/b", post(b)) }
        fn with_docs(router: Router) -> Router { router.route("/docs", get(docs)) }
        """,
    )
    assert shown(table) == {"GET /a", "GET /metrics", "POST /b", "GET /docs"}
    assert table.complete


def test_axum_routers_are_told_apart_by_their_modules(tmp_path: Path) -> None:
    mounts = """
        Router::new()
            .nest("/auth", sea_auth::api::router::<Login>())
            .nest("/ws", ws::router())
            .nest("/boats", crate::api::boats::router())
    """
    target = tree(
        tmp_path,
        {
            "Cargo.toml": AXUM + 'sea-auth = "1"\n',
            "src/main.rs": """
                mod api;
                #[tokio::main]
                async fn main() { axum::serve(listener, api::app()).await.unwrap(); }
            """,
            "src/api/mod.rs": f"use axum::Router;\nmod boats;\nmod ws;\npub fn app() -> Router {{{mounts}}}",
            "src/api/ws/mod.rs": """
                use axum::{routing::get, Router};
                pub fn router() -> Router { Router::new().route("/deck", get(deck)) }
            """,
            "src/api/boats.rs": """
                use axum::{routing::get, Router};
                pub fn router() -> Router { Router::new().route("/list", get(list)) }
            """,
            "src/ws.rs": """
                use axum::{routing::get, Router};
                pub fn router() -> Router { Router::new().route("/old", get(old)) }
            """,
        },
    )
    assert shown(only(target)) == {"GET /ws/deck", "GET /boats/list"}


def test_axum_routers_that_are_handed_on_renamed_and_given_types(tmp_path: Path) -> None:
    table = axum(
        tmp_path,
        """
        mod boats;
        mod crews;
        use crate::boats::boat_routes as BoatRoutes;
        async fn main() {
            let crews = crews::router_with_state(State::new());
            let app = Router::new().merge(crews).merge(BoatRoutes());
            axum::serve(listener, app).await.unwrap();
        }
        """,
        boats="""
        pub fn boat_routes() -> Router {
            Router::new().route("/boats", get(handlers::list::<PgBoats>).post(add::<PgBoats>))
        }
        """,
        crews="""
        pub fn router(state: State) -> Router {
            Router::new().route("/crews", get(list)).with_state(state).fallback(handler_404)
        }
        pub fn router_with_state(state: State) -> Router {
            router(state)
        }
        """,
    )
    assert table.complete
    assert shown(table) == {"GET /boats", "POST /boats", "GET /crews"}
    assert [one.handler for one in table.routes if one.path == "/boats"] == [
        "handlers::list", "add",
    ]  # fmt: skip


def test_axum_an_application_of_the_programs_own_makes_the_router(tmp_path: Path) -> None:
    table = axum(
        tmp_path,
        """
        mod application;
        use crate::application::App;
        async fn main() {
            App::new(Settings::read()).await.run_until_stopped().await;
        }
        """,
        application="""
        pub struct App { listener: TcpListener }
        impl App {
            pub async fn new(settings: Settings) -> Self {
                Self { listener: TcpListener::bind(settings.address()).await.unwrap() }
            }
            pub async fn run_until_stopped(self) {
                let app = Router::new().route("/berths", get(berths));
                axum::serve(self.listener, app).await.unwrap();
            }
        }
        """,
    )
    assert shown(table) == {"GET /berths"}


def test_axum_a_second_server_leaves_the_first_one_open(tmp_path: Path) -> None:
    """The metrics are known; what else is served comes from a method that is not followed."""
    target = tree(
        tmp_path,
        {
            "Cargo.toml": AXUM,
            "src/main.rs": """
                mod metrics;
                mod service;
                #[tokio::main]
                async fn main() { service::run().await }
            """,
            "src/metrics.rs": """
                use axum::{routing::get, serve, Router};
                pub fn serve_metrics(at: SocketAddr) {
                    tokio::spawn(async move {
                        let router = Router::new().route("/metrics", get(render));
                        serve(TcpListener::bind(at).await.unwrap(), router).await.unwrap();
                    });
                }
            """,
            "src/service.rs": """
                use axum::{serve, Router};
                use crate::metrics::serve_metrics;
                pub async fn run() {
                    serve_metrics(config().metrics);
                    let router = Routes::builder().with_deck(deck()).build();
                    let app = router.create_router().await.unwrap();
                    serve(TcpListener::bind(config().at).await.unwrap(), app).await.unwrap();
                }
                struct Routes;
                impl Routes {
                    async fn create_router(self) -> Router { Router::new().route("/health", get(ok)) }
                }
            """,
        },
    )
    table = only(target)
    assert table.serves("/metrics") is True
    assert table.serves("/health") is None
    assert not table.complete


def test_axum_a_server_of_another_crate_may_be_started_too(tmp_path: Path) -> None:
    """``main`` hands on to a library by a name that it does not define itself."""
    crates = {
        "Cargo.toml": "[workspace]\nmembers = ['deck', 'watch']\n",
        "deck/Cargo.toml": '[package]\nname = "deck"\nversion = "0.1.0"\nedition = "2021"\n'
        '[dependencies]\naxum = "0.8"\nwatch = { path = "../watch" }\n',
        "deck/src/main.rs": """
            #[tokio::main]
            async fn main() { deck::start(std::env::args()).await }
        """,
        "deck/src/lib.rs": "mod api;\nmod run;\npub use run::*;\n",
        "deck/src/run.rs": """
            pub async fn start(args: impl Iterator<Item = String>) {
                watch::probes::serve_probes(at());
                crate::api::serve(at()).await
            }
        """,
        "deck/src/api.rs": """
            use axum::{routing::get, Router};
            pub async fn serve(at: SocketAddr) {
                let app = Router::new().route("/berths", get(berths));
                axum::serve(TcpListener::bind(at).await.unwrap(), app).await.unwrap();
            }
        """,
        "watch/Cargo.toml": '[package]\nname = "watch"\nversion = "0.1.0"\nedition = "2021"\n'
        '[dependencies]\naxum = "0.8"\n',
        "watch/src/lib.rs": "pub mod probes;\n",
        "watch/src/probes.rs": """
            use axum::{routing::get, Router};
            pub fn serve_probes(at: SocketAddr) {
                let app = Router::new().route("/startup", get(started));
                tokio::spawn(async move {
                    axum::serve(TcpListener::bind(at).await.unwrap(), app).await.unwrap();
                });
            }
        """,
    }
    target = tree(tmp_path, crates)
    (table,) = (one for one in route_tables(target) if one.folder == "deck")
    assert table.serves("/berths") is True
    assert table.serves("/startup") is not False


def test_axum_documented_handlers_of_utoipa(tmp_path: Path) -> None:
    table = axum(
        tmp_path,
        """
        use utoipa_axum::{router::OpenApiRouter, routes};
        async fn main() {
            let (router, _) = OpenApiRouter::new().routes(routes!(boats::list, boats::add)).split_for_parts();
            axum::serve(listener, router).await
        }
        """,
        boats="""
        #[utoipa::path(get, path = "/boats", tag = "boats")]
        pub async fn list() {}
        #[utoipa::path(
            post,
            path = "/boats",
        )]
        pub async fn add() {}
        """,
    )
    assert shown(table) == {"GET /boats", "POST /boats"}


def test_axum_services_and_unknown_prefixes_leave_it_open(tmp_path: Path) -> None:
    table = axum(
        tmp_path,
        """
        async fn main() {
            let app = Router::new()
                .nest_service("/assets", ServeDir::new("assets"))
                .route("/up", get(up));
            axum::serve(listener, Router::new().nest(&settings.prefix, app)).await
        }
        """,
    )
    assert not table.complete
    assert table.serves("/whatever") is None


# -- Express, Fastify, Hono ----------------------------------------------------------------


def node(root: Path, files: dict[str, str], *frameworks: str) -> RouteTable:
    listed = ", ".join(f'"{name}": "1"' for name in frameworks)
    package = f'{{"name": "ferry", "dependencies": {{{listed}}}}}'
    return only(tree(root, {"package.json": package, **files}))


def test_express_routers_are_mounted_across_modules(tmp_path: Path) -> None:
    table = node(
        tmp_path,
        {
            "src/server.ts": """
                import express from "express";
                import cors from "cors";
                import { boats } from "./boats";
                import harbours from "./harbours/index.js";
                import { requireUser } from "./auth";
                const app = express();
                app.use(cors());
                app.use(express.json());
                app.use("/api/boats", requireUser, boats);
                app.use(`${PREFIX}/harbours`, harbours);
                app.get("/health", (_req, res) => res.send("ok"));
                app.route("/tides").get(list).post(add);
                app.use((err, req, res, next) => { next(err) });
                app.listen(7000);
                """,
            "src/auth.ts": "export function requireUser(req, res, next) { next(); }\n",
            "src/boats.ts": """
                import { Router } from "express";
                export const boats = Router();
                boats.get("/", list);
                boats.put("/:id", replace).delete("/:id", sink);
                """,
            "src/harbours/index.ts": """
                import { Router } from "express";
                const router = Router({ mergeParams: true });
                router.all("/*", anything);
                export default router;
                """,
        },
        "express",
        "cors",
    )
    assert shown(table) >= {
        "GET /api/boats/", "PUT /api/boats/{id}", "DELETE /api/boats/{id}", "GET /health",
        "GET /tides", "POST /tides",
    }  # fmt: skip
    assert table.framework == "express"
    assert table.serves("/api/boats/9", "DELETE") is True
    assert table.serves("/nowhere") is None  # the prefix of the harbours is not known


def test_express_functions_that_are_handed_the_app(tmp_path: Path) -> None:
    table = node(
        tmp_path,
        {
            "index.js": """
                const express = require('express');
                const app = express();
                require('./routes')(app);
                const { status } = require('./status');
                status(app);
                app.use('/v1', require('./v1'));
                module.exports = app;
                """,
            "routes.js": "module.exports = (app) => { app.get('/up', up); };\n",
            "status.js": """
                function status(app) { app.get('/status', (req, res) => res.json({})); }
                module.exports = { status };
                """,
            "v1/index.js": """
                const router = require('express').Router();
                router.get('/boats', boats);
                module.exports = router;
                """,
        },
        "express",
    )
    assert shown(table) == {"GET /up", "GET /status", "GET /v1/boats"}
    assert table.complete
    assert table.serves("/down") is False


def test_express_a_page_for_every_path(tmp_path: Path) -> None:
    table = node(
        tmp_path,
        {
            "server.js": """
                const app = require('express')();
                const express = require('express');
                const site = express();
                site.use(express.static('dist'));
                site.get('*', (req, res) => res.sendFile('index.html'));
                site.listen(80);
                """
        },
        "express",
    )
    assert table.serves("/any/page") is True


@pytest.mark.parametrize(
    "line",
    [
        "routes.forEach((r) => app.use(r.path, r.router));",
        "app.use(createProxyMiddleware({ target }));",
        "app.get(settings.path, handler);",
        "app.use((req, res, next) => { if (req.path === '/x') return res.end(); next(); });",
    ],
)
def test_express_dynamic_registrations(tmp_path: Path, line: str) -> None:
    text = (
        "import express from 'express';\n"
        "import { createProxyMiddleware } from 'http-proxy-middleware';\n"
        f"const app = express();\napp.get('/up', up);\n{line}\napp.listen(1);\n"
    )
    table = node(tmp_path, {"server.js": text}, "express", "http-proxy-middleware")
    assert table.serves("/up") is True
    assert table.serves("/down") is None


def test_fastify_plugins_with_prefixes(tmp_path: Path) -> None:
    table = node(
        tmp_path,
        {
            "server.ts": """
                import Fastify from "fastify";
                import boats from "./boats";
                const app = Fastify({ logger: true });
                app.register(cors);
                app.register(boats, { prefix: "/boats" });
                app.register(async (inner) => { inner.get("/inner", h); }, { prefix: "/x" });
                app.route({ method: ["GET", "HEAD"], url: "/up", handler: boats.up });
                app.listen({ port: 7000 });
                """,
            "boats.ts": """
                import type { FastifyInstance } from "fastify";
                export default async function boats(fastify: FastifyInstance) {
                    fastify.get("/", list);
                    fastify.post<{ Body: Boat }>("/", add);
                    fastify.get("/:id", { schema }, show);
                }
                """,
        },
        "fastify",
    )
    assert shown(table) >= {
        "GET /boats/", "POST /boats/", "GET /boats/{id}", "GET /x/inner", "GET /up", "HEAD /up",
    }  # fmt: skip
    assert {one.handler for one in table.routes if one.path == "/up"} == {"boats.up"}


def test_hono_sub_apps(tmp_path: Path) -> None:
    table = node(
        tmp_path,
        {
            "src/index.ts": """
                import { Hono } from "hono";
                import { boats } from "./boats";
                const app = new Hono().basePath("/api");
                app.route("/boats", boats);
                app.get("/up", (c) => c.text("ok"));
                export default app;
                """,
            "src/boats.ts": """
                import { Hono } from "hono";
                export const boats = new Hono().get("/", list).post("/:id", add);
                """,
        },
        "hono",
    )
    assert shown(table) >= {"GET /api/up", "GET /api/boats/", "POST /api/boats/{id}"}


def test_routers_by_an_alias_are_mounted_and_packages_are_not(tmp_path: Path) -> None:
    table = node(
        tmp_path,
        {
            "tsconfig.json": '{"compilerOptions": {"baseUrl": ".", "paths": {"@server/*": ["src/*"]}}}',
            "src/index.ts": """
                import express from "express";
                import routes from "@server/routes";
                import { limits } from "@quay/limits";
                import { panel } from "@quay/panel";
                const app = express();
                app.use("/api", limits, routes);
                app.use("/panel", panel);
                app.listen(7000);
                """,
            "src/routes.ts": """
                import { Router } from "express";
                const routes = Router();
                routes.get("/boats", list);
                export default routes;
                """,
        },
        "express",
    )
    assert shown(table) == {"GET /api/boats"}
    assert table.serves("/api/boats") is True
    assert table.serves("/panel/x") is None
    assert table.serves("/other") is False


# -- NestJS --------------------------------------------------------------------------------


NEST = '{"dependencies": {"@nestjs/core": "10", "@nestjs/common": "10"}}'
NEST_MODULE = """
import { Module } from "@nestjs/common";
import { HarbourController } from "./harbour.controller";
@Module({ imports: [%s], controllers: [HarbourController] })
export class AppModule {}
"""
NEST_CONTROLLER = """
import { Controller, Get, Post, Version } from "@nestjs/common";
@Controller(%s)
export class HarbourController {
  @Get() every() {}
  @Public()
  @Get(":id")
  one(@Param("id") id: string) {}
  @Post(["add", "put"])
  add() {}
}
@Controller("unused")
export class UnusedController {
  @Get() every() {}
}
"""


def nest(root: Path, start: str, controller: str = '"ships"', imports: str = "") -> RouteTable:
    main = (
        'import { NestFactory } from "@nestjs/core";\n'
        "async function bootstrap() {\n"
        "  const app = await NestFactory.create<NestExpressApplication>(AppModule);\n"
        f"  {start}\n  await app.listen(3000);\n}}\n"
    )
    files = {
        "package.json": NEST,
        "src/main.ts": main,
        "src/app.module.ts": NEST_MODULE % imports,
        "src/harbour.controller.ts": NEST_CONTROLLER % controller,
    }
    return only(tree(root, files))


def test_nest_controllers_of_modules_below_the_prefix(tmp_path: Path) -> None:
    table = nest(tmp_path, 'app.setGlobalPrefix("api", { exclude: ["health"] });')
    assert table.framework == "nest"
    assert table.complete
    assert shown(table) == {
        "GET /api/ships",
        "GET /api/ships/{id}",
        "POST /api/ships/add",
        "POST /api/ships/put",
    }
    assert {one.handler for one in table.routes} == {"every", "one", "add"}
    assert table.serves("/api/ships/7") is True
    assert table.serves("/ships/7") is False


@pytest.mark.parametrize(
    ("start", "controller", "path", "complete"),
    [
        ("", '"ships"', "/ships", True),
        ("", '{ path: "ships" }', "/ships", True),
        ('app.setGlobalPrefix("api", { exclude: ["ships"] });', '"ships"', "/ships", True),
        (
            'app.enableVersioning({ type: VersioningType.URI, defaultVersion: "1" });',
            '"ships"',
            "/v1/ships",
            True,
        ),
        (
            'app.setGlobalPrefix("api"); app.enableVersioning({ type: VersioningType.URI });',
            '{ path: "ships", version: "2" }',
            "/api/v2/ships",
            True,
        ),
        (
            "app.enableVersioning({ type: VersioningType.HEADER, header: 'v' });",
            '{ path: "ships", version: "2" }',
            "/ships",
            True,
        ),
        (
            'const prefix = config.get("PREFIX") || "api/v1"; app.setGlobalPrefix(prefix);',
            '"ships"',
            "/api/v1/ships",
            False,
        ),
    ],
)
def test_nest_prefixes_and_versions(
    tmp_path: Path, start: str, controller: str, path: str, complete: bool
) -> None:
    table = nest(tmp_path, start, controller)
    assert f"GET {path}" in shown(table)
    assert table.complete is complete


@pytest.mark.parametrize(
    ("imports", "complete"),
    [
        ("TypeOrmModule.forRoot({}), ConfigModule", True),
        ("SomebodysModule", False),
        ("...more", False),
        ('ServeStaticModule.forRoot({ rootPath: "x" })', False),
        ('ServeStaticModule.forRoot({ rootPath: "x", serveRoot: "/files" })', True),
    ],
)
def test_nest_modules_that_are_not_understood(tmp_path: Path, imports: str, complete: bool) -> None:
    assert nest(tmp_path, "", imports=imports).complete is complete


def test_nest_what_modules_and_the_application_add(tmp_path: Path) -> None:
    table = nest(
        tmp_path,
        'app.setGlobalPrefix("api"); SwaggerModule.setup("docs", app, document);'
        ' app.getHttpAdapter().get("/ready", ready); app.use("/queues", board);',
        imports="GraphQLModule.forRoot({}), PrometheusModule.register()",
    )
    assert {"* /graphql", "GET /api/metrics", "GET /ready", "GET /docs"} <= shown(table)
    assert table.serves("/queues/mail") is None
    assert table.serves("/nothing") is False


def test_nest_each_service_has_modules_of_its_own(tmp_path: Path) -> None:
    main = 'import { NestFactory } from "@nestjs/core";\nNestFactory.create(AppModule);\n'
    files: dict[str, str] = {}
    for service in ("berths", "cranes"):
        files |= {
            f"{service}/package.json": NEST,
            f"{service}/src/main.ts": main,
            f"{service}/src/app.module.ts": NEST_MODULE % "",
            f"{service}/src/harbour.controller.ts": NEST_CONTROLLER % f'"{service}"',
        }
    tables = {one.folder: one for one in route_tables(tree(tmp_path, files))}
    assert tables["berths"].serves("/berths/7") is True
    assert tables["berths"].serves("/cranes/7") is False
    assert tables["cranes"].serves("/cranes/7") is True


def test_nest_a_controller_that_extends_another_leaves_its_prefix_open(tmp_path: Path) -> None:
    table = nest(tmp_path, "")
    assert table.serves("/ships/7/more") is False
    (tmp_path / "src/harbour.controller.ts").write_text(
        (NEST_CONTROLLER % '"ships"').replace(
            "HarbourController {", "HarbourController extends B {"
        ),
        encoding="utf-8",
    )
    again = only(Target(tmp_path))
    assert again.serves("/ships/7/more") is None
    assert again.serves("/other") is False


def test_express_handlers_that_are_wrapped_or_made(tmp_path: Path) -> None:
    table = only(
        tree(
            tmp_path,
            {
                "package.json": '{"dependencies": {"express": "4"}}',
                "app.js": """
                const express = require("express");
                const app = express();
                app.get("/a", auth, asyncHandler(list));
                app.get("/b", wrap(check("x"), ships.list));
                app.get("/c", new ListShips().handle);
                app.get("/d", ships.list.bind(ships));
                app.get("/e", asyncHandler(async (req, res) => res.end()));
                app.get("/f", make());
                app.listen(1);
                """,
            },
        )
    )
    assert {one.path: one.handler for one in table.routes} == {
        "/a": "list",
        "/b": "ships.list",
        "/c": "ListShips.handle",
        "/d": "ships.list",
        "/e": "",
        "/f": "",
    }


def test_next_routes_are_files(tmp_path: Path) -> None:
    table = node(
        tmp_path,
        {
            "next.config.js": "module.exports = { output: 'standalone' };\n",
            "app/page.tsx": "export default function Page() {}\n",
            "app/(shop)/boats/[id]/page.tsx": "export default function Page() {}\n",
            "app/api/health/route.ts": "export async function GET() {}\nexport const HEAD = GET;\n",
            "app/docs/[[...slug]]/page.tsx": "export default function Page() {}\n",
            "app/_parts/page.tsx": "export default 1;\n",
            "pages/api/legacy/[...all].ts": "export default function handler() {}\n",
            "pages/_app.tsx": "export default 1;\n",
        },
        "next",
    )
    assert shown(table) == {
        "GET /", "GET /boats/{id}", "GET /api/health", "HEAD /api/health", "GET /docs/{*slug}",
        "* /api/legacy/{*all}",
    }  # fmt: skip
    assert table.serves("/health") is False
    assert table.serves("/docs") is True


def test_next_pages_may_have_a_mark_of_their_own(tmp_path: Path) -> None:
    table = node(
        tmp_path,
        {
            "next.config.js": 'module.exports = { pageExtensions: ["page.tsx", "page.ts"] };\n',
            "pages/boats/[id].page.tsx": "export default function Page() {}\n",
            "pages/index.page.tsx": "export default function Page() {}\n",
            "pages/boats/form.tsx": "export default function Form() {}\n",
            "pages/api/health.page.ts": "export default function handler() {}\n",
        },
        "next",
    )
    assert shown(table) == {"GET /", "GET /boats/{id}", "* /api/health"}


# -- FastAPI, Flask ------------------------------------------------------------------------


def python(root: Path, files: dict[str, str], framework: str) -> RouteTable:
    return only(tree(root, {"requirements.txt": f"{framework}==1.0\n", **files}))


def test_fastapi_prefixes_settings_and_packages(tmp_path: Path) -> None:
    table = python(
        tmp_path,
        {
            "app/__init__.py": "",
            "app/config.py": """
                class Settings:
                    API_PREFIX: str = "/api/v1"
                settings = Settings()
                """,
            "app/main.py": """
                from fastapi import FastAPI
                from app.api import api_router
                from app.config import settings
                app = FastAPI(redoc_url=None, openapi_url=f"{settings.API_PREFIX}/openapi.json")
                app.include_router(api_router, prefix=settings.API_PREFIX)

                @app.get("/up")
                async def up(): ...
                """,
            "app/api/__init__.py": """
                from fastapi import APIRouter
                from app.api.routes import boats, harbours as ports
                api_router = APIRouter()
                api_router.include_router(boats.router, tags=["boats"])
                api_router.include_router(ports.router, prefix="/harbours")
                """,
            "app/api/routes/__init__.py": "",
            "app/api/routes/boats.py": """
                from fastapi import APIRouter
                router = APIRouter(prefix="/boats")

                @router.get("/{boat_id}/files/{path:path}")
                def files(boat_id: int): ...

                @router.api_route("/", methods=["GET", "HEAD"])
                def listing(): ...
                """,
            "app/api/routes/harbours.py": """
                from fastapi import APIRouter
                router = APIRouter()
                router.add_api_route("/all", everything, methods=["POST"])
                """,
        },
        "fastapi",
    )
    assert shown(table) == {
        "GET /docs", "GET /api/v1/openapi.json", "GET /up",
        "GET /api/v1/boats/{boat_id}/files/{*path}", "GET /api/v1/boats/", "HEAD /api/v1/boats/",
        "POST /api/v1/harbours/all",
    }  # fmt: skip
    assert table.complete


def test_fastapi_factories_and_mounted_applications(tmp_path: Path) -> None:
    table = python(
        tmp_path,
        {
            "service/main.py": """
                from fastapi import FastAPI
                from .wiring import add_routes

                def create_app() -> FastAPI:
                    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
                    app.mount("/files", StaticFiles(directory="files"))
                    add_routes(app)
                    return app
                """,
            "service/wiring.py": """
                def add_routes(app):
                    @app.get("/up")
                    def up(): ...
                """,
        },
        "fastapi",
    )
    assert shown(table) == {"GET /up"}
    assert table.open_below == ("/files",)


def test_flask_blueprints(tmp_path: Path) -> None:
    table = python(
        tmp_path,
        {
            "app.py": """
                from flask import Flask
                from boats import bp, harbours
                app = Flask(__name__)
                app.register_blueprint(bp)
                app.register_blueprint(harbours, url_prefix="/ports")

                @app.route("/up", methods=["GET", "POST"])
                def up(): ...
                """,
            "boats.py": """
                from flask import Blueprint
                bp = Blueprint("boats", __name__, url_prefix="/boats")
                harbours = Blueprint("harbours", __name__)

                @bp.route("/<int:boat_id>")
                def show(boat_id): ...

                @harbours.get("/")
                def index(): ...
                """,
        },
        "flask",
    )
    assert shown(table) == {"GET /up", "POST /up", "GET /boats/{boat_id}", "GET /ports/"}


# -- nginx ---------------------------------------------------------------------------------

NGINX = "FROM nginx:1.27\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\nCOPY html /usr/share/nginx/html\n"


def nginx(root: Path, config: str, dockerfile: str = NGINX) -> RouteTable | None:
    target = tree(root, {"Dockerfile": dockerfile, "nginx.conf": config, "html/index.html": ""})
    program = program_of_dockerfile(target, dockerfiles(target)[0])
    assert program is not None
    return routes_of(target, program)


@pytest.mark.parametrize(
    ("block", "path", "verdict"),
    [
        ("location / { try_files $uri $uri/ /index.html; }", "/any", True),
        ("location / { try_files $uri =404; }", "/", True),
        ("location / { try_files $uri =404; }", "/health", False),
        ("location = /up { return 200 'ok'; }", "/up", True),
        ("location = /up { return 503; }", "/up", False),
        ("location /api/ { proxy_pass http://api:80; }", "/api/x", None),
        ("location /api/ { proxy_pass http://api:80; }", "/health", False),
        ("location / { return 301 https://$host$request_uri; }", "/x", True),
        ("return 301 https://$host$request_uri;", "/x", True),
        ("location /secret { deny all; }", "/secret", False),
        ("location ~ ^/v[12]/ { proxy_pass http://api; }", "/v1/x", None),
        (r"location ~* \.(js|css)$ { expires 1d; }", "/health", False),
        ("location = /nginx_status { stub_status; }", "/nginx_status", True),
        ("include /etc/nginx/more.d/*.conf;", "/x", None),
    ],
)
def test_nginx_locations(tmp_path: Path, block: str, path: str, verdict: bool | None) -> None:
    table = nginx(
        tmp_path, f"server {{\n  listen 80;\n  root /usr/share/nginx/html;\n  {block}\n}}\n"
    )
    assert table is not None
    assert table.serves(path) is verdict


def test_nginx_without_a_configuration_serves_its_page(tmp_path: Path) -> None:
    table = nginx(tmp_path, "", "FROM nginx:1.27-alpine\nCOPY html /usr/share/nginx/html\n")
    assert table is not None
    assert table.serves("/") is True
    assert table.serves("/health") is False


@pytest.mark.parametrize(
    "command",
    [
        '["sh", "-c", "envsubst < /t > /etc/nginx/nginx.conf && nginx -g \'daemon off;\'"]',
        "nginx -c /srv/nginx.conf",
    ],
)
def test_nginx_a_start_command_that_brings_its_own_is_unknown(tmp_path: Path, command: str) -> None:
    assert nginx(tmp_path, "", f"FROM nginx:1.27\nCMD {command}\n") is None


def test_nginx_a_configuration_that_a_command_writes_is_unknown(tmp_path: Path) -> None:
    dockerfile = "FROM nginx:1.27\nRUN echo 'server {}' > /etc/nginx/conf.d/default.conf\n"
    assert nginx(tmp_path, "", dockerfile) is None


# -- the table -----------------------------------------------------------------------------


def table_of(*paths: str, complete: bool = True) -> RouteTable:
    place = Place("x", 1, 1)
    routes = tuple(Route("GET", path, place) for path in paths)
    return RouteTable("", "axum", routes, complete, place)


@pytest.mark.parametrize(
    ("pattern", "path", "verdict"),
    [
        ("/a/{id}", "/a/7", True),
        ("/a/{id}", "/a", False),
        ("/a/{id}", "/a/7/b", False),
        ("/a/{name}.json", "/a/x.json", True),
        ("/a/{name}.json", "/a/x.xml", False),
        ("/a/{*rest}", "/a/b/c", True),
        ("/a/", "/a", True),
        ("/a", "/a/?x=1#y", True),
        ("/", "/", True),
        ("/a", "/A", False),
        ("/a", "/${X}", None),
        ("/a", "a", None),
    ],
)
def test_paths_match_segment_by_segment(pattern: str, path: str, verdict: bool | None) -> None:
    assert table_of(pattern).serves(path) is verdict


def test_an_incomplete_table_denies_nothing() -> None:
    table = table_of("/a", complete=False)
    assert table.serves("/a") is True
    assert table.serves("/b") is None


def test_head_counts_as_get() -> None:
    assert table_of("/a").serves("/a", "HEAD") is True
    assert table_of("/a").serves("/a", "POST") is False


def test_the_nearest_route_ends_alike() -> None:
    near = table_of("/api/boats", "/api/health", "/healing").nearest("/health")
    assert near is not None
    assert near.path == "/api/health"
    assert table_of().nearest("/health") is None


# -- readers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("/u/:id", "/u/{id}"),
        ("/u/:id?", "/u/{id}"),
        ("/u/:user-id/ships", "/u/{user-id}/ships"),
        ("/u/<int:id>", "/u/{id}"),
        ("/u/<path:rest>", "/u/{*rest}"),
        ("/u/{rest:path}", "/u/{*rest}"),
        ("/u/{tail:.*}", "/u/{*tail}"),
        ("/u/{id:[0-9]+}", "/u/{id}"),
        ("/u/*rest", "/u/{*rest}"),
        ("//u///v", "/u/v"),
    ],
)
def test_spellings_of_paths(written: str, plain: str) -> None:
    assert plain_path(written) == plain


def test_joining_paths() -> None:
    assert joined("/api", "/x") == "/api/x"
    assert joined("/api/", "/x") == "/api/x"
    assert joined("/api", "") == "/api"
    assert joined("", "/x") == "/x"
    assert joined("/api", "x") == "/api/x"


READERS = [
    (read_rust_routes, "src/main.rs"),
    (read_script_routes, "src/server.ts"),
    (read_python_routes, "app/main.py"),
]
PIECES = st.sampled_from(
    [
        "App::new()", ".service(", "web::scope(", '"/a"', "'/b'", ")", "(", "{", "}", "Router::new()",
        ".nest(", ".merge(", "fn f() {", "async fn main() {", "#[get(\"/x\")]", "let a = ", ";", ",",
        "const app = express();", "app.use(", "app.get(", "require('./x')", "=> {", "import x from './y';",
        "from a.b import c as d", "app = FastAPI()", "@app.get('/x')", "def g(app):", "\n", "    ",
        "router = APIRouter(prefix=", "include_router(", "use a::{b as c, d::*};", "|cfg| ", "format!(",
        "module.exports = ", "export default ", "async ", "if x {", "match y {", "\\", "\"", "`${", "\x00", "é",
    ]
)  # fmt: skip


NEST_PIECES = st.sampled_from(
    [
        "@Controller(", "@Module({", "imports: [", "controllers: [", "]", "})", "@Get('x')", "export class A",
        "extends B", "NestFactory.create<X>(A)", "app.setGlobalPrefix(", "enableVersioning({ type: 1 })",
        "@Version(", "forwardRef(() => A)", "static forRoot() { return {", "SwaggerModule.setup('d', a)",
    ]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=200),
        st.lists(st.one_of(PIECES, NEST_PIECES), max_size=60).map(" ".join),
    )
)
def test_the_reader_of_nest_never_raises(text: str) -> None:
    lines = text.count("\n") + 1
    found = read_nest_routes(text, "src/main.ts")
    assert all(1 <= (one.place.line or 1) <= lines for one in found.controllers)


@pytest.mark.parametrize(("reader", "path"), READERS)
@settings(max_examples=120, deadline=None)
@given(text=st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map(" ".join)))
def test_readers_never_raise(reader: object, path: str, text: str) -> None:
    assert callable(reader)
    found = reader(text, path)
    assert isinstance(found, RoutingFile)
    lines = text.count("\n") + 1
    for unit in found.units:
        assert unit.place.path == path
        assert 1 <= (unit.place.line or 0) <= lines
        for item in (*unit.items, *unit.own, *unit.documented):
            assert 1 <= (item.place.line or 0) <= lines
            if isinstance(item, (Endpoint, Gap)):
                assert "\x00" not in (item.path if isinstance(item, Endpoint) else item.prefix)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["a", "{id}", "{*rest}", "x.json", "{n}.json", ""]), max_size=6))
def test_a_route_serves_its_own_literal_path(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    concrete = path.replace("{*rest}", "t/u").replace("{id}", "7").replace("{n}", "7")
    assert table_of(path).serves(concrete) is True
