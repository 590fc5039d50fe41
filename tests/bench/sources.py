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

FILES_PER_CRATE = 100
WORKSPACE = '[workspace]\nresolver = "2"\nmembers = ["crates/*"]\n'
CARGO = """\
[package]
name = "{name}"
version = "0.1.0"
edition = "2021"

[dependencies]
actix-web = "4"
diesel = {{ version = "2", features = ["postgres", "r2d2"] }}
serde = {{ version = "1", features = ["derive"] }}
{more}
"""
MODULE = """\
use actix_web::{{web, HttpResponse}};
use diesel::prelude::*;
use serde::{{Deserialize, Serialize}};

use crate::Pool;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order{n} {{
    pub id: i64,
    pub customer: String,
    pub total: i64,
}}

pub struct Service{n} {{
    pool: Pool,
    seen: std::sync::Mutex<u64>,
}}

impl Service{n} {{
    pub fn new(pool: Pool) -> Self {{
        Self {{ pool, seen: std::sync::Mutex::new(0) }}
    }}

    pub fn total(&self, orders: &[Order{n}]) -> i64 {{
        orders.iter().map(|order| order.total).sum()
    }}

    pub fn named(&self, orders: &[Order{n}], name: &str) -> Vec<Order{n}> {{
        let mut found = Vec::new();
        for order in orders {{
            if order.customer.eq_ignore_ascii_case(name) {{
                found.push(order.clone());
            }}
        }}
        *self.seen.lock().unwrap() += found.len() as u64;
        found
    }}
}}

pub async fn list(pool: web::Data<Pool>) -> HttpResponse {{
    let pool = pool.into_inner();
    let rows = web::block(move || {{
        let mut conn = pool.get().expect("pool");
        read_all(&mut conn)
    }})
    .await;
    match rows {{
        Ok(Ok(rows)) => HttpResponse::Ok().json(rows),
        _ => HttpResponse::InternalServerError().finish(),
    }}
}}

fn read_all(conn: &mut PgConnection) -> QueryResult<Vec<(i64, String)>> {{
    orders{n}::table.select((orders{n}::id, orders{n}::customer)).limit(100).load(conn)
}}

pub async fn show(path: web::Path<i64>, pool: web::Data<Pool>) -> HttpResponse {{
    let service = Service{n}::new(pool.get_ref().clone());
    let label = format!("order-{{}}", path.into_inner());
    HttpResponse::Ok().json(service.named(&[], &label))
}}
{fault}
"""
FAULT = """
pub async fn slow(pool: web::Data<Pool>, ids: web::Json<Vec<i64>>) -> HttpResponse {{
    let mut conn = pool.get().expect("pool");
    for id in ids.iter() {{
        let _: i64 = orders{n}::table.filter(orders{n}::id.eq(id)).count().get_result(&mut conn).unwrap();
    }}
    HttpResponse::Ok().finish()
}}
"""
MAIN = """\
use actix_web::{{web, App, HttpServer}};

pub type Pool = diesel::r2d2::Pool<diesel::r2d2::ConnectionManager<diesel::PgConnection>>;

{modules}

#[actix_web::main]
async fn main() -> std::io::Result<()> {{
    HttpServer::new(move || {{
        App::new()
{routes}
    }})
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}}
"""


def write(root: Path, files: int) -> None:
    """A workspace with about that many Rust files; every fifty-first one has an N+1 query."""
    root.mkdir(parents=True)
    (root / "Cargo.toml").write_text(WORKSPACE)
    (root / "Cargo.lock").write_text("version = 3\n")
    for crate in range(max(1, files // FILES_PER_CRATE)):
        source = root / "crates" / f"service{crate}" / "src"
        source.mkdir(parents=True)
        (source.parent / "Cargo.toml").write_text(CARGO.format(name=f"service{crate}", more=""))
        numbers = range(crate * FILES_PER_CRATE, crate * FILES_PER_CRATE + FILES_PER_CRATE - 1)
        for n in numbers:
            fault = FAULT.format(n=n) if n % 51 == 0 else ""
            (source / f"orders{n}.rs").write_text(MODULE.format(n=n, fault=fault))
        modules = "\n".join(f"mod orders{n};" for n in numbers)
        routes = "\n".join(
            f'            .route("/orders{n}", web::get().to(orders{n}::list))' for n in numbers
        )
        (source / "main.rs").write_text(MAIN.format(modules=modules, routes=routes))


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
