"""The crate that serves is the one whose server the code starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.packages import cargo_packages
from pytest_reconaudit.facts.rust.served_by import served_by
from pytest_reconaudit.target import Target

MANIFEST = """[package]
name = "buoys"
version = "0.1.0"

[dependencies]
axum = "0.7"
hyper = "0.14"
tonic = "0.11"
"""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("use tonic::Status;\n\nhyper::Server::bind(&at).serve(make).await\n", ("hyper", 3)),
        ("use hyper::Server;\nuse tonic::Code;\nServer::try_bind(&at)\n", ("hyper", 3)),
        ("use hyper::server::conn::http1;\nhttp1::Builder::new()\n", ("hyper", 1)),
        ("use hyper::Body;\naxum::serve(listener, app).await\n", ("axum", 2)),
        ("use axum::{serve, Router};\nserve(listener, app).await\n", ("axum", 1)),
        ("use tonic::transport::Server;\nServer::builder()\n", ("tonic", 2)),
        ("use tonic::transport::Channel;\nuse tonic::{Code, Status};\n", None),
        ("use axum::Json;\nuse hyper::client::conn::http1;\nhttp1::Builder::new()\n", None),
        ("// axum::serve(listener, app)\nfn main() {}\n", None),
        ("use axum::Json;\n#[cfg(test)]\nmod tests {\n    axum::serve(a, b);\n}\n", None),
    ],
)
def test_the_call_names_the_crate(
    source: str, found: tuple[str, int] | None, tmp_path: Path
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(MANIFEST)
    (tmp_path / "src" / "main.rs").write_text(source)
    target = Target(tmp_path)
    note = served_by(target, cargo_packages(target)[0])
    assert (None if note is None else (note.message, note.place.line)) == found
