"""Writes what the reports render: files, a folder of them, a baseline."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_reconaudit.model import Pillar, Run, mask
from pytest_reconaudit.policy import Baseline
from pytest_reconaudit.target import Target

__all__ = ["DeliveryError", "check_writable", "deliver"]

SUFFIXES = (".md", ".html", ".json")
_CONTEXT = 3
_SECRET_LINE = re.compile(
    r"(?i)((?:secret|password|passwd|token|api_?key|private_?key)[\w.-]*[\"']?\s*[:=]\s*[\"']?)"
    r"([^\s\"',;#]{3,})"
)
_CREDENTIALS = re.compile(r"(://[^\s/:@\"']*:)([^\s/@\"'$]{2,})(@)")


class DeliveryError(Exception):
    """A report could not be written; the message names it."""


def check_writable(reports: Sequence[str], baseline: str | None) -> None:
    """Refuse an unusable report path before the audit, not after it. Raises ``UsageError``."""
    for text in reports:
        path = Path(text)
        if path.suffix and path.suffix not in SUFFIXES and not path.is_dir():
            raise pytest.UsageError(
                f"--recon-report: {text}: unknown suffix {path.suffix!r};"
                f" use {', '.join(SUFFIXES)} or a folder"
            )
        if path.suffix in SUFFIXES and path.is_dir():
            continue
        _writable("--recon-report", path if path.suffix else path / "index.html")
    if baseline:
        _writable("--recon-write-baseline", Path(baseline))


def _writable(flag: str, path: Path) -> None:
    if path.is_dir():
        raise pytest.UsageError(f"{flag}: {path}: is a directory")
    if path.exists():
        if not os.access(path, os.W_OK):
            raise pytest.UsageError(f"{flag}: {path}: not writable")
        return
    parent = path.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise pytest.UsageError(f"{flag}: {path}: {parent} is not a directory")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise pytest.UsageError(f"{flag}: {path}: {parent} is not writable")


def deliver(run: Run, target: Target, reports: Sequence[str], baseline: str | None) -> list[str]:
    """Write every report; returns the paths written. Raises :class:`DeliveryError`."""
    if baseline:
        _write(Path(baseline), Baseline.text([*run.findings, *run.suppressed]))
    if not reports:
        return [baseline] if baseline else []
    full = replace(run, excerpts=excerpts(run, target))
    written = [baseline] if baseline else []
    for text in reports:
        path = Path(text)
        if path.is_dir() or not path.suffix:
            written += _write_folder(path, full)
        else:
            _write(path, _render(path.suffix, full))
            written.append(text)
    return written


def _write_folder(folder: Path, run: Run) -> list[str]:
    from pytest_reconaudit.reports import markdown

    pillars = sorted({Pillar.PERFORMANCE, Pillar.DEPLOYMENT, *run.pillars})
    written = []
    for pillar in pillars:
        path = folder / f"CYCLE{run.cycle}_PILLAR{int(pillar)}_AUDIT.md"
        _write(path, markdown.pillar(run, pillar))
        written.append(str(path))
    _write(folder / "index.html", _render(".html", run))
    return [*written, str(folder / "index.html")]


def _render(suffix: str, run: Run) -> str:
    if suffix == ".md":
        from pytest_reconaudit.reports import markdown

        return markdown.render(run)
    if suffix == ".html":
        from pytest_reconaudit.reports import html_page

        return html_page.render(run)
    from pytest_reconaudit.reports import json_report

    return json_report.render(run)


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a reader never sees half a report."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(text, "utf-8", errors="replace", newline="\n")
        part.replace(path)
    except OSError as error:
        raise DeliveryError(f"{path}: cannot be written ({error.strerror})") from None


def excerpts(run: Run, target: Target) -> dict[str, list[tuple[int, str]]]:
    """The source lines around each finding, secrets masked, keyed by ``str(place)``."""
    out: dict[str, list[tuple[int, str]]] = {}
    for finding in (*run.findings, *run.suppressed):
        line = finding.place.line
        key = str(finding.place)
        if line is None or key in out:
            continue
        lines = target.text(finding.place.path).split("\n")
        first, last = max(1, line - _CONTEXT), min(len(lines), line + _CONTEXT)
        if first <= last:
            out[key] = [(n, redacted(lines[n - 1])[:240]) for n in range(first, last + 1)]
    return out


def redacted(line: str) -> str:
    """A source line with what looks like a secret's value masked."""
    line = _SECRET_LINE.sub(lambda m: m[1] + (m[2] if m[2][0] in "$<{" else mask(m[2])), line)
    return _CREDENTIALS.sub(lambda m: m[1] + mask(m[2]) + m[3], line)
