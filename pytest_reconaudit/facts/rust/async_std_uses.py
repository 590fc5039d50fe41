"""What code takes from async-std, and what takes its place there.

Most of it has a namesake in tokio. What runs in a browser or a worker has not: there is no runtime
of tokio there, and ``tokio::task::spawn_local`` panics outside of a ``LocalSet`` anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from pytest_reconaudit.facts.packages import CargoPackage
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["StdUses", "async_std_uses"]

_USE = regex(r"\basync_std::(?:\{([^;]{0,400})|(\w+)(?:::(?:\{([^;{}]{0,400})|(\w+)))?)")
_WORDS = regex(r"\w+")
_CFG = regex(r"#!?\[\s*cfg\s*\(([^\n]{0,200})")
_WASM = regex(r"^(?!.*\bnot\s*\().*\b(?:target_(?:arch|family)\s*=\s*\"wasm(?:32)?\"|wasm\b)")
_WASM_CRATES = frozenset({"wasm-bindgen", "wasm-bindgen-futures", "worker", "js-sys", "web-sys"})
_NEAR = 400
"""Characters above a use in which its ``#[cfg(…)]`` stands."""
_TOKIO = {
    "fs": "`tokio::fs`",
    "io": "`tokio::io`",
    "net": "`tokio::net`",
    "process": "`tokio::process`",
    "sync": "`tokio::sync` (`Arc` and `Weak` from `std::sync`)",
    "task": "`tokio::task`",
    "channel": "`tokio::sync::mpsc`",
    "stream": "`StreamExt` of tokio-stream or futures",
    "main": "`#[tokio::main]`",
    "test": "`#[tokio::test]`",
}
"""Part of async-std → what a program that runs on tokio has for it."""


class StdUses(Struct, frozen=True):
    """What some packages take from async-std."""

    parts: frozenset[str]
    """Its modules and macros that the code names: ``fs``, ``task``, ``main`` …"""
    local: bool
    """Tasks are started by ``spawn_local``."""
    only_local: bool
    """Nothing else of it is named."""
    web: int
    """Uses in code that is built for WebAssembly."""
    native: int
    """Uses elsewhere."""

    @property
    def in_tokio(self) -> str:
        """What tokio has for the parts; empty when none of them is known."""
        return ", ".join(heir for part, heir in _TOKIO.items() if part in self.parts)


def async_std_uses(target: Target, packages: Iterable[CargoPackage]) -> StdUses:
    """All that the Rust files of some packages name of async-std."""
    parts: set[str] = set()
    items: set[str] = set()
    web = native = 0
    for package in {one.path: one for one in packages}.values():
        bound = any(
            one.package in _WASM_CRATES and one.section == "dependencies" and not one.platform
            for one in package.manifest.dependencies
            if not one.optional
        )
        for path in rust_files(target, package.folder):
            text = target.text(path)
            if "async_std" not in text:
                continue
            for match in _USE.finditer(text):
                parts.update([match[2]] if match[2] else _WORDS.findall(match[1]))
                if match[2] == "task":
                    items.update([match[4]] if match[4] else _WORDS.findall(match[3] or "task"))
                else:
                    items.add(match[2] or "")
                if bound or _is_web(text, match.start()):
                    web += 1
                else:
                    native += 1
    local = "spawn_local" in items
    return StdUses(frozenset(parts), local, items == {"spawn_local"}, web, native)


def _is_web(text: str, at: int) -> bool:
    """Whether the nearest ``cfg`` above a place asks for WebAssembly."""
    found = list(_CFG.finditer(text, max(at - _NEAR, 0), at))
    return bool(found) and _WASM.search(found[-1][1]) is not None
