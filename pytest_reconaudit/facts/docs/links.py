"""Links of a document to other files of the repository."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from pytest_reconaudit.facts.docs.near import nearest_note
from pytest_reconaudit.facts.docs.templates import home_of, is_pattern
from pytest_reconaudit.facts.docs.wording import Held, is_planned
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.markdown import Document
from pytest_reconaudit.target import Target, once

__all__ = ["link_claims"]

_LINK = regex(r"\]\(\s*<?([^()\s<>]{1,300})>?(?=[\s)])")
_CODE = regex(r"`[^`\n]{0,300}`")
_SCHEME = regex(r"(?i)[a-z][a-z0-9+.-]*:|//|#")
_DOMAIN = regex(
    r"(?i)(?:www\.|[\w-]+(?:\.[\w-]+)*\.(?:com|org|io|dev|net|app|ai|sh|me|co|edu)(?:/|$))"
)
_MACHINE = regex(r"(?i)(?:file://)?/(?:home|users)/[\w.-]+/|file:///|/?[a-z]:[\\/]\w")
_UNSURE = regex(
    r"(?i)[{}$*|\\]|(?:^|/)(?:your|my|foo|bar|xxx+|example|path[-_/]to|link|url|todo|placeholder)"
    r"(?:$|[/._-])"
)
_ENDS = ("", ".md", ".mdx", "/index.md", "/README.md")
"""What a link may leave out."""
_MOST_NEAR = 40
"""Links of a document for which it is told what was probably meant."""


def link_claims(target: Target, document: Document) -> Iterator[Held]:
    """Every relative link of a document, held against the files."""
    home = posixpath.dirname(document.path)
    if is_pattern(document.path):
        home = home_of(target, document.path) or home
    lost = 0
    for number, line in document.prose:
        if "](" not in line:
            continue
        bare = _CODE.sub(lambda match: "`" + " " * (len(match[0]) - 2) + "`", line)
        for match in _LINK.finditer(bare):
            place = Place(document.path, number, match.start(1) + 1)
            text = match[1]
            if _MACHINE.match(text):
                yield "link", text, place, "a path of one machine", None
                continue
            path = _path(text, home)
            if not path or is_planned(line):
                continue
            if _leads(target, path) or _is_written_by_build(target, path):
                yield "link", text, place, "", None
                continue
            lost += 1
            note = nearest_note(target, document.path, path) if lost <= _MOST_NEAR else None
            yield "link", text, place, "the link leads nowhere", note


def _path(text: str, home: str) -> str:
    """The path in the repository that a link means; empty when it means none for certain."""
    if _SCHEME.match(text) or _DOMAIN.match(text) or _UNSURE.search(text):
        return ""
    clean = unquote(text.partition("#")[0].partition("?")[0])
    name = posixpath.basename(clean.rstrip("/"))
    if not name or ("." not in name and "/" not in clean.strip("./") and not name.isupper()):
        return ""  # `[text](link)`
    if clean.startswith("/"):
        # From the root of a website as like as not.
        path = posixpath.normpath(clean.lstrip("/")) if "." in name else ""
    else:
        path = posixpath.normpath(posixpath.join(home, clean))
    # `../../issues` is an address of the forge.
    return "" if path in ("", ".") or path.startswith("..") else path


def _is_written_by_build(target: Target, path: str) -> bool:
    """Whether the navigation of a site whose build writes pages names one that is not there."""
    parts = path.split("/")
    return any(
        f"/{tail}" in nav or f" {tail}" in nav
        for nav in _generated(target)
        for tail in ("/".join(parts[at:]) for at in range(1, len(parts) - 1))
    )


@once
def _generated(target: Target) -> tuple[str, ...]:
    """The texts of MkDocs configurations with a plugin that makes pages."""
    return tuple(
        text
        for path in target.files
        if path.rpartition("/")[2] in ("mkdocs.yml", "mkdocs.yaml")
        and "gen-files" in (text := target.text(path))
    )


def _leads(target: Target, path: str) -> bool:
    return target.has_dir(path) or any(
        target.has(path + end) or target.on_disk(path + end) for end in _ENDS
    ) or target.ignored_by(path) is not None  # fmt: skip
