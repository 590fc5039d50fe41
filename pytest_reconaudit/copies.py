"""Files that are kept beside those in use: backups, copies, built pages, retired workflows."""

from __future__ import annotations

import posixpath
import re

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["copy_of"]

_DATED = regex(
    r"(?:\w[\w.]*[-_.])?(?:backups?|bak|archived?|snapshots?)[-_.]?"
    r"(?:20\d{6}|20\d\d-\d\d|1[5-9]\d{8})[\w.:-]*"
)
"""A folder with a date, or seconds since 1970: ``cleanup-backups-20250908_115951``."""
_BESIDE = regex(r"(\w[\w.-]*?)[-_.](?:backup|bak|old|orig|copy)")
_SECOND = regex(r"(.+) [2-9](\.\w+)*")
"""What a file manager calls a second copy: ``compose 2.yml``."""
_BUILT = ("search/search_index.json", "sitemap.xml.gz")
"""What MkDocs writes beside the pages that it makes."""
_WORKFLOW = regex(r"\.github/workflows/[^/]+\.ya?ml")
_RETIRED = regex(
    r"(?:#|name:).{0,200}?(?:\bdisabled\b|\blegacy\b|\bretired\b|\bobsolete\b|\bdeprecated\b|\barchived\b"
    r"|\bfor reference only\b|\bno longer (?:used|in use)\b|\bsuperseded\b|\breplaced by\b)",
    re.IGNORECASE,
)
_HEAD = 12
"""Lines in which a workflow says that it is retired."""
_ON = regex(r"""["']?on["']?:\s*(.*)""")
_BY_HAND = "workflow_dispatch"


def copy_of(target: Target, path: str) -> str:
    """What a file is a copy of, in words; empty for one that is in use.

    Nobody runs, builds or deploys such a file, and what is wrong in it is wrong in the other one
    too, or was mended there.
    """
    if _WORKFLOW.fullmatch(path) and _is_retired(target.text(path)):
        return "a retired workflow: its head says so, and only a person starts it"
    folder, _, name = path.rpartition("/")
    second = _SECOND.fullmatch(name)
    if second is not None and target.has(
        posixpath.join(folder, second[1] + name[second.end(1) + 2 :])
    ):
        return "a second copy of the one beside it"
    at = ""
    for part in folder.split("/") if folder else ():
        above, at = at, posixpath.join(at, part)
        if _DATED.fullmatch(part):
            return f"part of the backup {at}/"
        beside = _BESIDE.fullmatch(part)
        if beside is not None and target.has_dir(posixpath.join(above, beside[1])):
            return f"part of {at}/, which is kept beside {beside[1]}/"
        if part == "site" and any(target.has(posixpath.join(at, one)) for one in _BUILT):
            return f"part of the pages that MkDocs wrote to {at}/"
    return ""


def _is_retired(text: str) -> bool:
    """Whether a workflow that calls itself retired has no trigger but the button."""
    lines = text.split("\n")
    head = (line[:300].partition("uses:")[0] for line in lines[:_HEAD])
    return any(_RETIRED.search(line) for line in head) and _events(lines) == [_BY_HAND]


def _events(lines: list[str]) -> list[str]:
    """The names that stand under ``on:``, as far as they are written plainly."""
    for number, line in enumerate(lines):
        on = _ON.match(line)
        if on is None:
            continue
        plain = on[1].partition("#")[0].strip()
        if plain:
            return [one.strip(" \"'") for one in plain.strip("[]").split(",")]
        found: list[str] = []
        depth = 0
        for below in lines[number + 1 :]:
            bare = below.strip()
            if not bare or bare.startswith("#"):
                continue
            indent = len(below) - len(below.lstrip())
            if not indent and not bare.startswith("-"):
                break
            depth = depth or indent
            if indent <= depth:
                found.append(bare.lstrip("- ").partition(":")[0].strip(" \"'"))
        return found
    return []
