"""Files that are kept beside those that are in use: dated backups, second copies, built pages."""

from __future__ import annotations

import posixpath

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


def copy_of(target: Target, path: str) -> str:
    """What a file is a copy of, in words; empty for one that is in use.

    Nobody runs, builds or deploys such a file, and what is wrong in it is wrong in the other one
    too, or was mended there.
    """
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
