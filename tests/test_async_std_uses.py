"""What takes the place of async-std depends on where its uses run."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.rust.lean_dependencies import crate_weights
from pytest_reconaudit.target import Target

MANIFEST = """[package]
name = "gauge"
version = "0.1.0"

[dependencies]
async-std = "1.12"
tokio = {{ version = "1", features = ["rt"] }}
{extra}
"""
GUARDED = """pub fn start(task: Task) {
    #[cfg(not(target_arch = "wasm32"))]
    tokio::spawn(task);
    #[cfg(target_arch = "wasm32")]
    async_std::task::spawn_local(task);
}
"""
NATIVE = """pub fn start(task: Task) {
    #[cfg(target_arch = "wasm32")]
    stay(task);
    #[cfg(not(target_arch = "wasm32"))]
    async_std::task::spawn(task);
}
"""
BROWSER = "`wasm_bindgen_futures::spawn_local`"
TOKIO = "tokio, which the code is built with already,"


@pytest.mark.parametrize(
    ("source", "extra", "heir", "advice"),
    [
        (GUARDED, "", BROWSER, "oneshot"),
        ("use async_std::task::spawn_local;\n", 'worker = "0.4"', BROWSER, "oneshot"),
        ("use async_std::task::{self, spawn_local};\n", 'worker = "0.4"', "", BROWSER),
        ("use async_std::{fs, task};\n", 'wasm-bindgen = "0.2"', "", "is not there"),
        ("use async_std::task::spawn_local;\n", "", TOKIO, "LocalSet"),
        (NATIVE, "", TOKIO, "`tokio::task`"),
        ("use async_std::{fs, task};\n", "", TOKIO, "`tokio::fs`, `tokio::task`"),
    ],
)
def test_the_successor_runs_where_the_uses_do(
    source: str, extra: str, heir: str, advice: str, tmp_path: Path
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text(MANIFEST.format(extra=extra))
    (tmp_path / "src" / "lib.rs").write_text(source)
    target = Target(tmp_path)
    (thing,) = [
        one for weight in crate_weights(target) for one in weight.found if one.key == "async-std"
    ]
    ending = f": {heir} takes its place" if heir else "(RUSTSEC-2025-0052)"
    assert thing.says.endswith(ending)
    assert advice in thing.fix
    assert heir != BROWSER or "tokio" not in thing.fix
