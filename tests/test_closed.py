"""Which loops go over a closed set of keys or elements."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.code.closed import is_closed
from pytest_reconaudit.target import Target

_TEXT = """\
import type { Tide } from "./tide";
const PORTS = ["Bar", "Baltic"];
const WAITING = [];
const kinds = ["ebb", "flood"];
const added = ["ebb"];
added.push(read());
type Side = "left" | "right";
function bySide(of: { side: Side }[]): ReadonlyMap<Side, number> { return group(of); }
function byName(of: { name: string }[]): Map<string, number> { return group(of); }
const byTide: Map<Tide, number> = new Map();
const limits: Partial<Record<'day' | 'week', number>> = {};
const free: Record<string, number> = {};
for (const one of LOOP) await load(one);
"""


@pytest.mark.parametrize(
    ("over", "closed"),
    [
        ("PORTS", True),
        ("WAITING", False),
        ("kinds", True),
        ("added", False),
        ("unknown", False),
        ("bySide(all)", True),
        ("byName(all)", False),
        ("byTide", True),
        ("byTide.entries()", True),
        ("[...byTide.keys()]", True),
        ("Object.entries(limits)", True),
        ("Object.keys(free)", False),
        ("Array.from(kinds)", True),
        ("Object.entries(Object.entries(Object.entries(kinds)))", False),
        ("", False),
    ],
)
def test_what_somebody_typed_is_closed(tmp_path: Path, over: str, closed: bool) -> None:
    (tmp_path / "a.ts").write_text(_TEXT)
    (tmp_path / "tide.ts").write_text("export enum Tide { Ebb, Flood }\n")
    line = _TEXT.count("\n")
    assert is_closed(Target(tmp_path), "a.ts", line, over) is closed
