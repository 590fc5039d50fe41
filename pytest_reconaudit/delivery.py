"""Writes what the reports render: files, a folder of them, a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_reconaudit.model import DeploymentMap, Pillar, Run
from pytest_reconaudit.policy import Baseline
from pytest_reconaudit.target import Target

__all__ = ["DeliveryError", "check_writable", "deliver"]

SUFFIXES = (".md", ".html", ".json")


class DeliveryError(Exception):
    """A report could not be written; the message names it."""


def check_writable(reports: Sequence[str], baseline: str | None) -> None:
    """Refuse an unusable report path before the audit, not after it. Raises ``UsageError``."""
    for text in reports:
        path = Path(text)
        if _is_folder(text):
            _writable("--recon-report", path / "index.html")
            continue
        if path.suffix not in SUFFIXES:
            raise pytest.UsageError(
                f"--recon-report: {text}: unknown suffix {path.suffix!r};"
                f" use {', '.join(SUFFIXES)} or a folder"
            )
        _writable("--recon-report", path)
    if baseline:
        _writable("--recon-write-baseline", Path(baseline))


def _is_folder(text: str) -> bool:
    """Whether a report's path names a folder: one that is there, or by its end."""
    path = Path(text)
    return path.is_dir() or not path.suffix or text.endswith("/")


def _writable(flag: str, path: Path) -> None:
    """Try it: permission bits lie to root, on read-only mounts and in containers."""
    if path.is_dir():
        raise pytest.UsageError(f"{flag}: {path}: is a directory")
    part = _part(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.open("ab").close()
        part.open("wb").close()
        part.unlink()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise pytest.UsageError(f"{flag}: {path}: not writable ({reason})") from None


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def deliver(
    run: Run,
    target: Target,
    map_: DeploymentMap | None,
    reports: Sequence[str],
    baseline: str | None,
    older: Sequence[Mapping[str, Any]] = (),
) -> list[str]:
    """Write every report; returns the paths written. Raises :class:`DeliveryError`.

    :param older: entries of a baseline that stay in the one that is written.
    """
    if baseline:
        _write(Path(baseline), Baseline.text([*run.findings, *run.suppressed], older))
    if not reports:
        return [baseline] if baseline else []
    from pytest_reconaudit.reports import excerpts

    shown = [*run.findings, *run.suppressed]
    full = replace(
        run,
        excerpts=excerpts.collect(shown, lambda p: target.text(p).split("\n")),
        deployment=map_ or DeploymentMap(),
    )
    written = [baseline] if baseline else []
    for text in reports:
        path = Path(text)
        if _is_folder(text):
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
        part = _part(path)
        part.write_text(text, "utf-8", errors="replace", newline="\n")
        part.replace(path)
    except OSError as error:
        raise DeliveryError(f"{path}: cannot be written ({error.strerror})") from None
