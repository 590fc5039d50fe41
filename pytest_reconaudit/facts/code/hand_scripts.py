"""Source files that somebody starts by hand: what a package.json names as a script of its own."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.facts.packages import npm_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["hand_scripts"]

_FILE = regex(r"[^\s'\"=&|;]+\.[cm]?[jt]sx?(?=$|[\s'\"&|;])")
_SERVES = regex(
    r"(?:^|[:_-])(?:start|dev|develop|serve|server|watch|preview|worker|workers|consumer|cron|daemon"
    r"|queue|prod|production|debug|main|app|api)(?:$|[:_-])"
)
"""Names of scripts that keep running."""
_STAYS = regex(r"\b(?:nodemon|pm2|forever|ts-node-dev|tsnd|concurrently)\b|--watch\b|\bwatch\s")


@once
def hand_scripts(target: Target) -> frozenset[str]:
    """The files that only scripts which end run: ``"db:seed": "tsx ./temp/seed-2024.ts"``."""
    once_only: set[str] = set()
    staying: set[str] = set()
    for package in npm_packages(target):
        for script in package.manifest.scripts:
            stays = _SERVES.search(script.name) or _STAYS.search(script.command)
            found = staying if stays else once_only
            for name in _FILE.findall(script.command[:2_000]):
                path = posixpath.normpath(posixpath.join(package.folder, name))
                if target.has(path):
                    found.add(path)
    return frozenset(once_only - staying)
