"""Synthetic Rust workspaces of any size: what one more source file costs, in time and memory.

``python -m tests.bench.sources [FILES…]`` writes a workspace with that many Rust files, audits it,
and prints seconds, items and the peak of memory. Twice the files may cost twice the time, no more;
ten thousand files must stay within 400 MiB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENTITIES_PER_CRATE = 25
WORKSPACE = '[workspace]\nresolver = "2"\nmembers = ["crates/*"]\n'
CARGO = """\
[package]
name = "@NAME@"
version = "0.1.0"
edition = "2021"

[dependencies]
actix-web = "4"
anyhow = "1"
async-trait = "0.1"
diesel = { version = "2", features = ["postgres", "r2d2"] }
futures = "0.3"
moka = { version = "0.12", features = ["future"] }
reqwest = { version = "0.12", features = ["json"] }
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["full"] }
tracing = "0.1"
@MORE@
"""
COMMON = """\
//! What every service shares.
use std::time::Duration;

pub type Pool = diesel::r2d2::Pool<diesel::r2d2::ConnectionManager<diesel::PgConnection>>;

#[derive(Debug)]
pub enum AppError {
    Database(diesel::result::Error),
    Pool(String),
    Upstream(reqwest::Error),
    Missing(i64),
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl From<reqwest::Error> for AppError {
    fn from(error: reqwest::Error) -> Self {
        Self::Upstream(error)
    }
}

#[async_trait::async_trait]
pub trait Handle: Send + Sync {
    async fn handle(&self, id: i64) -> Result<(), AppError>;

    fn name(&self) -> String {
        label("handler", 0)
    }
}

#[derive(Clone)]
pub struct Settings {
    pub upstream: String,
    pub page: i64,
    pub timeout: Duration,
}

impl Settings {
    pub fn new() -> Self {
        Self {
            upstream: std::env::var("UPSTREAM_URL").unwrap_or_default(),
            page: 100,
            timeout: Duration::from_secs(5),
        }
    }
}

pub fn label(kind: &str, id: i64) -> String {
    format!("{kind}-{id}")
}

pub fn clamp(limit: Option<i64>, settings: &Settings) -> i64 {
    limit.unwrap_or(settings.page).min(settings.page)
}
"""
MODEL = """\
//! Rows of `orders@N@` and what is made of them.
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::schema::orders@N@;

#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = orders@N@)]
pub struct Order@N@ {
    pub id: i64,
    pub customer_id: i64,
    pub customer: String,
    pub status: String,
    pub total: i64,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Insertable, Deserialize)]
#[diesel(table_name = orders@N@)]
pub struct NewOrder@N@ {
    pub customer_id: i64,
    pub customer: String,
    pub status: String,
    pub total: i64,
}

#[derive(Debug, Clone, AsChangeset, Deserialize)]
#[diesel(table_name = orders@N@)]
pub struct OrderChange@N@ {
    pub status: Option<String>,
    pub total: Option<i64>,
}

#[derive(Debug, Clone, Serialize)]
pub struct OrderView@N@ {
    pub id: i64,
    pub title: String,
    pub total: String,
    pub lines: Vec<LineView@N@>,
}

#[derive(Debug, Clone, Serialize)]
pub struct LineView@N@ {
    pub product: String,
    pub count: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status@N@ {
    Open,
    Paid,
    Sent,
    Closed,
}

impl Status@N@ {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "paid" => Some(Self::Paid),
            "sent" => Some(Self::Sent),
            "closed" => Some(Self::Closed),
            _ => None,
        }
    }

    pub fn next(self) -> Self {
        match self {
            Self::Open => Self::Paid,
            Self::Paid => Self::Sent,
            Self::Sent | Self::Closed => Self::Closed,
        }
    }
}

impl From<Order@N@> for OrderView@N@ {
    fn from(order: Order@N@) -> Self {
        let title = common::label(&order.customer, order.id);
        Self { id: order.id, title, total: money(order.total), lines: Vec::new() }
    }
}

impl From<(String, u32)> for LineView@N@ {
    fn from((product, count): (String, u32)) -> Self {
        Self { product, count }
    }
}

pub fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_two_digits() {
        assert_eq!(money(1205), "12.05");
        assert_eq!(money(-5), "-0.05");
    }

    #[test]
    fn a_closed_order_stays_closed() {
        assert_eq!(Status@N@::parse("closed").unwrap().next(), Status@N@::Closed);
    }
}
"""
SCHEMA = """\
diesel::table! {
    orders@N@ (id) {
        id -> Int8,
        customer_id -> Int8,
        customer -> Varchar,
        status -> Varchar,
        total -> Int8,
        note -> Nullable<Text>,
    }
}
"""
REPOSITORY = """\
//! Queries on `orders@N@`.
use common::{AppError, Pool};
use diesel::prelude::*;

use crate::model@N@::{NewOrder@N@, Order@N@, OrderChange@N@};
use crate::schema::orders@N@;

type Conn = diesel::r2d2::PooledConnection<diesel::r2d2::ConnectionManager<diesel::PgConnection>>;

#[derive(Clone)]
pub struct Repository@N@ {
    pool: Pool,
}

impl Repository@N@ {
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    fn connection(&self) -> Result<Conn, AppError> {
        self.pool.get().map_err(|error| AppError::Pool(error.to_string()))
    }

    pub fn get(&self, id: i64) -> Result<Order@N@, AppError> {
        let mut conn = self.connection()?;
        orders@N@::table
            .find(id)
            .select(Order@N@::as_select())
            .first(&mut conn)
            .optional()?
            .ok_or(AppError::Missing(id))
    }

    pub fn list(&self, limit: i64, offset: i64) -> Result<Vec<Order@N@>, AppError> {
        let mut conn = self.connection()?;
        let rows = orders@N@::table
            .select(Order@N@::as_select())
            .order(orders@N@::id.desc())
            .limit(limit)
            .offset(offset)
            .load(&mut conn)?;
        Ok(rows)
    }

    pub fn of_customers(&self, ids: &[i64]) -> Result<Vec<Order@N@>, AppError> {
        let mut conn = self.connection()?;
        let rows = orders@N@::table
            .filter(orders@N@::customer_id.eq_any(ids))
            .select(Order@N@::as_select())
            .limit(1_000)
            .load(&mut conn)?;
        Ok(rows)
    }

    pub fn create(&self, order: &NewOrder@N@) -> Result<i64, AppError> {
        let mut conn = self.connection()?;
        let id = diesel::insert_into(orders@N@::table)
            .values(order)
            .returning(orders@N@::id)
            .get_result(&mut conn)?;
        Ok(id)
    }

    pub fn update(&self, id: i64, change: &OrderChange@N@) -> Result<(), AppError> {
        let mut conn = self.connection()?;
        diesel::update(orders@N@::table.find(id)).set(change).execute(&mut conn)?;
        Ok(())
    }

    pub fn delete(&self, id: i64) -> Result<(), AppError> {
        let mut conn = self.connection()?;
        let gone = diesel::delete(orders@N@::table.find(id)).execute(&mut conn)?;
        if gone == 0 {
            return Err(AppError::Missing(id));
        }
        Ok(())
    }

    pub fn total(&self, customer: i64) -> Result<Option<i64>, AppError> {
        let mut conn = self.connection()?;
        let sum = diesel::sql_query("SELECT sum(total) FROM orders@N@ WHERE customer_id = $1")
            .bind::<diesel::sql_types::BigInt, _>(customer)
            .execute(&mut conn)?;
        Ok(Some(sum as i64))
    }
}

pub fn page(number: i64, size: i64) -> (i64, i64) {
    let size = size.clamp(1, 500);
    (size, (number.max(1) - 1) * size)
}
"""
SERVICE = """\
//! What orders of kind @N@ are about.
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use common::{clamp, label, AppError, Handle, Settings};
use moka::future::Cache;

use crate::model@N@::{money, NewOrder@N@, Order@N@, OrderChange@N@, OrderView@N@, Status@N@};
use crate::repository@N@::{page, Repository@N@};
use crate::service@OTHER@::Service@OTHER@;

pub struct Service@N@ {
    repository: Repository@N@,
    settings: Settings,
    cache: Cache<i64, Arc<OrderView@N@>>,
    seen: Mutex<HashMap<String, u64>>,
    http: reqwest::Client,
}

impl Service@N@ {
    pub fn new(repository: Repository@N@, settings: Settings) -> Self {
        let cache = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(Duration::from_secs(60))
            .build();
        let http = reqwest::Client::builder()
            .timeout(settings.timeout)
            .build()
            .expect("a client");
        Self { repository, settings, cache, seen: Mutex::new(HashMap::new()), http }
    }

    pub async fn get(&self, id: i64) -> Result<Arc<OrderView@N@>, AppError> {
        if let Some(known) = self.cache.get(&id).await {
            return Ok(known);
        }
        let repository = self.repository.clone();
        let order = tokio::task::spawn_blocking(move || repository.get(id))
            .await
            .map_err(|error| AppError::Pool(error.to_string()))??;
        let view = Arc::new(OrderView@N@::from(order));
        self.cache.insert(id, view.clone()).await;
        Ok(view)
    }

    pub async fn list(&self, number: i64, limit: Option<i64>) -> Result<Vec<OrderView@N@>, AppError> {
        let (size, offset) = page(number, clamp(limit, &self.settings));
        let repository = self.repository.clone();
        let rows = tokio::task::spawn_blocking(move || repository.list(size, offset))
            .await
            .map_err(|error| AppError::Pool(error.to_string()))??;
        self.note("list");
        Ok(rows.into_iter().map(OrderView@N@::from).collect())
    }

    pub async fn create(&self, order: NewOrder@N@) -> Result<i64, AppError> {
        let repository = self.repository.clone();
        let id = tokio::task::spawn_blocking(move || repository.create(&order))
            .await
            .map_err(|error| AppError::Pool(error.to_string()))??;
        self.note("create");
        self.tell(id).await?;
        Ok(id)
    }

    pub async fn update(&self, id: i64, change: OrderChange@N@) -> Result<(), AppError> {
        let repository = self.repository.clone();
        tokio::task::spawn_blocking(move || repository.update(id, &change))
            .await
            .map_err(|error| AppError::Pool(error.to_string()))??;
        self.cache.invalidate(&id).await;
        Ok(())
    }

    pub async fn delete(&self, id: i64) -> Result<(), AppError> {
        let repository = self.repository.clone();
        tokio::task::spawn_blocking(move || repository.delete(id))
            .await
            .map_err(|error| AppError::Pool(error.to_string()))??;
        self.cache.invalidate(&id).await;
        Ok(())
    }

    async fn tell(&self, id: i64) -> Result<(), AppError> {
        let url = format!("{}/orders@N@/{}", self.settings.upstream, id);
        let answer = self.http.post(&url).json(&label("order", id)).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    fn note(&self, what: &str) {
        let mut seen = self.seen.lock().unwrap();
        *seen.entry(what.to_owned()).or_insert(0) += 1;
    }

    pub fn summary(&self, orders: &[Order@N@]) -> HashMap<String, String> {
        let mut totals: HashMap<String, i64> = HashMap::new();
        for order in orders {
            if Status@N@::parse(&order.status) == Some(Status@N@::Closed) {
                continue;
            }
            *totals.entry(order.customer.clone()).or_default() += order.total;
        }
        totals.into_iter().map(|(name, total)| (name, money(total))).collect()
    }
}

pub async fn with_both(own: &Service@N@, other: &Service@OTHER@, id: i64) -> Result<String, AppError> {
    let (mine, theirs) = futures::try_join!(own.get(id), other.get(id))?;
    Ok(format!("{} {}", mine.title, theirs.title))
}

pub struct Closing@N@ {
    service: Arc<Service@N@>,
}

#[async_trait]
impl Handle for Closing@N@ {
    async fn handle(&self, id: i64) -> Result<(), AppError> {
        let view = self.service.get(id).await?;
        tracing::info!(title = %view.title, "closing");
        let change = OrderChange@N@ { status: Some("closed".to_owned()), total: None };
        self.service.update(id, change).await
    }
}

pub async fn run_all(handlers: &[Arc<dyn Handle>], ids: &[i64]) -> Result<(), AppError> {
    for id in ids {
        for one in handlers {
            one.handle(*id).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_size() {
        assert_eq!(page(2, 10), (10, 10));
    }
}
"""
HANDLER = """\
//! Routes below `/orders@N@`.
use actix_web::{web, HttpResponse};
use common::{AppError, Pool};
use diesel::prelude::*;
use serde::Deserialize;

use crate::model@N@::{NewOrder@N@, OrderChange@N@};
use crate::schema::orders@N@;
use crate::service@N@::{with_both, Service@N@};
use crate::service@OTHER@::Service@OTHER@;

#[derive(Debug, Deserialize)]
pub struct Query {
    pub page: Option<i64>,
    pub limit: Option<i64>,
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/orders@N@")
            .route("", web::get().to(list))
            .route("", web::post().to(create))
            .route("/recent", web::get().to(recent))
            .route("/{id}", web::get().to(get))
            .route("/{id}", web::put().to(update))
            .route("/{id}", web::delete().to(delete))
            .route("/{id}/both", web::get().to(both)),
    );
}

fn answer<T: serde::Serialize>(result: Result<T, AppError>) -> HttpResponse {
    match result {
        Ok(value) => HttpResponse::Ok().json(value),
        Err(AppError::Missing(id)) => HttpResponse::NotFound().json(common::label("order", id)),
        Err(error) => {
            tracing::error!(?error, "orders@N@");
            HttpResponse::InternalServerError().finish()
        }
    }
}

pub async fn list(query: web::Query<Query>, service: web::Data<Service@N@>) -> HttpResponse {
    answer(service.list(query.page.unwrap_or(1), query.limit).await)
}

pub async fn get(path: web::Path<i64>, service: web::Data<Service@N@>) -> HttpResponse {
    let found = service.get(path.into_inner()).await;
    answer(found.map(|view| view.as_ref().clone()))
}

pub async fn create(body: web::Json<NewOrder@N@>, service: web::Data<Service@N@>) -> HttpResponse {
    answer(service.create(body.into_inner()).await)
}

pub async fn update(
    path: web::Path<i64>,
    body: web::Json<OrderChange@N@>,
    service: web::Data<Service@N@>,
) -> HttpResponse {
    answer(service.update(path.into_inner(), body.into_inner()).await)
}

pub async fn delete(path: web::Path<i64>, service: web::Data<Service@N@>) -> HttpResponse {
    answer(service.delete(path.into_inner()).await)
}

pub async fn both(
    path: web::Path<i64>,
    own: web::Data<Service@N@>,
    other: web::Data<Service@OTHER@>,
) -> HttpResponse {
    answer(with_both(&own, &other, path.into_inner()).await)
}

pub async fn recent(pool: web::Data<Pool>) -> HttpResponse {
    let pool = pool.into_inner();
    let rows = web::block(move || {
        let mut conn = pool.get().expect("pool");
        read_recent(&mut conn)
    })
    .await;
    match rows {
        Ok(Ok(rows)) => HttpResponse::Ok().json(rows),
        _ => HttpResponse::InternalServerError().finish(),
    }
}

fn read_recent(conn: &mut PgConnection) -> QueryResult<Vec<(i64, String)>> {
    orders@N@::table
        .select((orders@N@::id, orders@N@::customer))
        .order(orders@N@::id.desc())
        .limit(20)
        .load(conn)
}
@FAULT@"""
FAULT = """
pub async fn slow(pool: web::Data<Pool>, ids: web::Json<Vec<i64>>) -> HttpResponse {
    let mut conn = pool.get().expect("pool");
    for id in ids.iter() {
        let _: i64 = orders@N@::table
            .filter(orders@N@::id.eq(id))
            .count()
            .get_result(&mut conn)
            .unwrap();
    }
    HttpResponse::Ok().finish()
}
"""
MAIN = """\
use actix_web::{web, App, HttpServer};
use common::{Pool, Settings};

@MODULES@

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    let manager = diesel::r2d2::ConnectionManager::new(url);
    let pool: Pool = diesel::r2d2::Pool::builder().max_size(10).build(manager).expect("a pool");
    let settings = Settings::new();
@SERVICES@
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(pool.clone()))
@ROUTES@
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
"""
KINDS = {
    "model": MODEL,
    "repository": REPOSITORY,
    "service": SERVICE,
    "handler": HANDLER,
}
"""The files of one entity. In every one the functions have the same names: ``new``, ``get``,
``list``, ``from``; all services implement one trait and call one crate."""


def write(root: Path, files: int) -> None:
    """A workspace with about that many Rust files; every eleventh entity has an N+1 query."""
    root.mkdir(parents=True)
    (root / "Cargo.toml").write_text(WORKSPACE)
    (root / "Cargo.lock").write_text("version = 3\n")
    common = root / "crates" / "common" / "src"
    _crate(common, "common", "")
    (common / "lib.rs").write_text(COMMON)
    entities = max(1, (files - files // 50) // len(KINDS))
    for first in range(0, entities, ENTITIES_PER_CRATE):
        name = f"service{first // ENTITIES_PER_CRATE}"
        source = root / "crates" / name / "src"
        _crate(source, name, 'common = { path = "../common" }')
        numbers = range(first, min(first + ENTITIES_PER_CRATE, entities))
        for n in numbers:
            other = numbers[(n + 1 - first) % len(numbers)]
            fault = FAULT if n % 11 == 0 else ""
            for kind, text in KINDS.items():
                filled = text.replace("@FAULT@", fault).replace("@N@", str(n))
                (source / f"{kind}{n}.rs").write_text(filled.replace("@OTHER@", str(other)))
        tables = "\n".join(SCHEMA.replace("@N@", str(n)) for n in numbers)
        (source / "schema.rs").write_text(tables)
        modules = "\n".join(f"mod {kind}{n};" for n in numbers for kind in KINDS)
        modules = f"mod schema;\n{modules}"
        services = "\n".join(
            f"    let service{n} = web::Data::new(service{n}::Service{n}::new(\n"
            f"        repository{n}::Repository{n}::new(pool.clone()),\n"
            f"        settings.clone(),\n    ));"
            for n in numbers
        )
        routes = "\n".join(
            f"            .app_data(service{n}.clone())\n"
            f"            .configure(handler{n}::configure)"
            for n in numbers
        )
        text = MAIN.replace("@MODULES@", modules).replace("@SERVICES@", services)
        (source / "main.rs").write_text(text.replace("@ROUTES@", routes))


def _crate(source: Path, name: str, more: str) -> None:
    source.mkdir(parents=True)
    manifest = CARGO.replace("@NAME@", name).replace("@MORE@", more)
    (source.parent / "Cargo.toml").write_text(manifest)


def audited(root: Path) -> tuple[float, float, str]:
    """(seconds, peak MiB of the largest process, pytest's last line) of a cold audit."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "RECON"))}
    start = time.perf_counter()
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("pytest")),
            f"--recon-target={root}",
            "--recon-no-replay",
            "--recon-no-cache",
            "-q",
        ],
        cwd=root.parent,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    last = process.stdout.read().strip().rpartition("\n")[2]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - start, usage.ru_maxrss / 1024, last


def main(sizes: list[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "workspace")
            write(root, size)
            seconds, peak, last = audited(root)
        each = seconds / size * 1000
        print(f"{size} files: {seconds:.1f} s ({each:.2f} ms each), {peak:.0f} MiB; {last}")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [2500, 5000, 10000])
