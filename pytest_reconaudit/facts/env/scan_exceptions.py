"""What the configuration of the repository's own secret scanner says to leave alone."""

from __future__ import annotations

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.scan_exceptions import ScanException, read_scan_exceptions
from pytest_reconaudit.target import Target, once

__all__ = ["excepted_at"]

_FILES = (
    ".gitleaks.toml", "gitleaks.toml", ".github/.gitleaks.toml", ".github/gitleaks.toml",
    ".config/gitleaks.toml", ".gitleaksignore", ".secrets.baseline", ".gitguardian.yml",
    ".gitguardian.yaml", ".trufflehogignore", ".trufflehog-exclude", ".trufflehog-exclude.txt",
    ".trufflehog-ignore", "trufflehog-exclude.txt", ".trufflehog_exclude", ".trufflehog-excludes",
)  # fmt: skip


@once
def _exceptions(target: Target) -> dict[str, list[ScanException]]:
    """By the path that each names; under an empty one those that may mean several."""
    found: dict[str, list[ScanException]] = {}
    for path in _FILES:
        if target.has(path):
            for one in target.parse(read_scan_exceptions, path):
                exact = one.starts and one.ends and not one.spelled
                found.setdefault(one.text if exact else "", []).append(one)
    return found


def excepted_at(target: Target, place: Place) -> Place | None:
    """The line by which somebody who looked lets a scanner pass over a place."""
    known = _exceptions(target)
    if not known:
        return None
    line = place.line or 1
    near = (*known.get(place.path, ()), *known.get("", ()))
    return next((one.place for one in near if one.covers(place.path, line)), None)
