"""Paths that a document names in code format."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.docs.clones import inside_another
from pytest_reconaudit.facts.docs.near import nearest_note
from pytest_reconaudit.facts.docs.wording import Held, is_aside, is_creating
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.markdown import CodeSpan, Document
from pytest_reconaudit.target import Target

__all__ = ["MADE", "PathClaims", "somewhere"]

_PATH = regex(
    r"(?:\./)?((?:[\w.@-]+/)+[\w.@-]+"
    r"\.(?:rs|tsx?|jsx?|mjs|cjs|py|go|java|kt|rb|php|sql|sh|ps1|ya?ml"
    r"|toml|json|html|s?css|tf|proto|graphql|prisma|vue|svelte|conf|md))(?::\d+(?:[-:]\d+)?)?"
)
_UNSURE = regex(
    r"(?i)(?:^|[/._-])(?:your|my|foo|bar|baz|xxx+|example|some|path|file|name|project|feature"
    r"|entity|resource)(?:$|[/._-])"
    r"|^[a-z0-9-]+\.(?:com|org|io|dev|net)/|^@|YYYY|\d{4}-\d{2}|NNN"
)
MADE = frozenset(
    {
        "dist", "build", "out", "target", "coverage", "node_modules", "tmp", "temp", "data", "logs",
        "log", "backups", "backup", "uploads", "venv", ".venv", ".git", ".next", "bin", "obj",
        "generated", "gen", "certs", "secrets", "keys", "ssl", "public", "storage", "cache",
        "reports", "results", "playwright-report", "test-results", "__generated__", ".github",
    }
)  # fmt: skip
"""Folders whose files come and go."""
_CREATED = regex(r"(?i)\s*(?:[-*+]\s+|\d+[.)]\s+)?(?:then\s+)?(?:create|make|write|add|put)\s")
"""How a step begins that makes a file."""
_MACHINE = frozenset(
    {"var", "etc", "usr", "opt", "home", "app", "root", "workspace", "mnt", "srv"}
)  # fmt: skip
"""Folders of another machine, where a path begins with them."""


def somewhere(target: Target, path: str) -> bool:
    """Whether any file or folder of the repository ends like a path."""
    return path in target.remember(_endings) if "/" in path else path in target.remember(_names)


def _names(target: Target) -> frozenset[str]:
    return frozenset(posixpath.basename(path) for path in target.everything)


def _endings(target: Target) -> frozenset[str]:
    found: set[str] = set()
    for path in target.everything:
        found.add(path)
        at = path.find("/")
        while at >= 0:
            found.add(path[at + 1 :])
            at = path.find("/", at + 1)
    return frozenset(found)


class PathClaims:
    """The paths of one document."""

    def __init__(self, target: Target, document: Document) -> None:
        self.target = target
        self.document = document
        self.made: set[str] = set()
        """Folders that are not there, and in which the document tells the reader to make files."""
        self.homes = [""]
        folder = posixpath.dirname(document.path)
        while folder:
            self.homes.append(folder)
            folder = posixpath.dirname(folder)

    def claims(self) -> Iterator[Held]:
        others = inside_another(self.target, self.document)
        spans = [
            (span, match[1])
            for span in self.document.spans
            if span.place.line not in others
            if (match := _PATH.fullmatch(span.text))
        ]
        self.made = {
            folder
            for span, path in spans
            if _CREATED.match(span.around)
            and (folder := posixpath.dirname(posixpath.normpath(path)))
            and not self._has_folder(folder)
        }
        backed = {
            path.split("/")[0]
            for _, path in spans
            if somewhere(self.target, posixpath.normpath(path))
        }
        for span, path in spans:
            clean = posixpath.normpath(path)
            if somewhere(self.target, clean):
                yield "path", span.text, span.place, "", None
            elif self._is_judged(span, clean) and clean.split("/")[0] in backed:
                note = nearest_note(self.target, self.document.path, clean)
                yield "path", span.text, span.place, "no such file", note

    def _is_judged(self, span: CodeSpan, path: str) -> bool:
        """Whether a path that is nowhere is meant to be one of this repository."""
        parts = path.split("/")
        if path.startswith("../") or _UNSURE.search(path) or MADE.intersection(parts[:-1]):
            return False
        if parts[0] in _MACHINE:
            return False
        if is_aside(span.around, span.headings) or is_creating(span.lead):
            return False
        if posixpath.dirname(path) in self.made:
            return False
        for home in self.homes:
            whole = posixpath.join(home, path)
            if self.target.on_disk(whole) or self.target.ignored_by(whole) is not None:
                return False
        # Its folder is here: it is no path of a reader's own project.
        return any(self.target.has_dir(posixpath.join(home, parts[0])) for home in self.homes) and (
            self._has_folder("/".join(parts[:-1])) or len(parts) > 2
        )

    def _has_folder(self, folder: str) -> bool:
        return any(self.target.has_dir(posixpath.join(home, folder)) for home in self.homes)
