"""Other repositories that a document clones, and where its reader is inside of one."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.markdown import Document
from pytest_reconaudit.target import Target, once

__all__ = ["CLONED", "inside_another", "is_of_another", "is_own_clone"]

CLONED = regex(r"git clone[^\n]*?[/:]([\w.-]+?)(?:\.git)?(?=[\s'\"`]|$)")
_ENTERED = regex(r"(?:^|[\s;&])cd (?:\./)?([\w.-]+)/?(?=[\s;&`]|$)")
_STEP = regex(
    r"git clone\s+([^\n`;&]{1,400})"
    r"|(?:^|[`;&$>]|\d\.|[-*])\s{0,8}cd(?:\s+([^\s`;&]{1,200}))?\s{0,8}(?=[`;&#]|$)"
)
"""A clone with what it is given, or a change of folder with where to."""
_REPOSITORY = regex(
    r"[Rr]epository[^\n]*\n?[^\n]{0,200}?(?:github|gitlab|codeberg|bitbucket)\.[a-z]+[/:][\w.-]+"
    r"/([\w.-]+?)(?:\.git)?(?=[\"'/#])"
)


def is_own_clone(target: Target, path: str, text: str, every: frozenset[str]) -> bool:
    """Whether a clone is one of this repository: one by its name, or the only one that a document
    near the root speaks of.

    :param every: all repositories that the document clones.
    """
    names = own_names(target)
    if names:
        cloned = [name.lower() for name in CLONED.findall(text)]
        return bool(cloned) and cloned[-1] in names
    return path.count("/") <= 1 and len(every) <= 1


@once
def own_names(target: Target) -> frozenset[str]:
    """The last parts of the addresses that manifests give as their repository."""
    found: set[str] = set()
    for path in (*target.named("package.json"), *target.named("Cargo.toml", "pyproject.toml")):
        text = target.text(path)
        if "epository" in text:
            found.update(name.lower() for name in _REPOSITORY.findall(text))
    return frozenset(found)


@once
def _cloned_at_the_root(target: Target) -> frozenset[str]:
    """What the READMEs of the root clone: this repository among it."""
    found: set[str] = set()
    for path in target.documents:
        if "/" not in path and "git clone" in (text := target.text(path)):
            found.update(name.lower() for name in CLONED.findall(text))
    return frozenset(found)


def inside_another(target: Target, document: Document) -> frozenset[int]:
    """The lines of a document whose reader is in another repository by then, which it has let him
    clone and enter, in whichever blocks: what they name is there, not here."""
    known = _known(target)
    if document.path not in known:
        known[document.path] = _inside(target, document.path)
    return known[document.path]


@once
def _known(target: Target) -> dict[str, frozenset[int]]:
    """Document → :func:`_inside`, filled on demand."""
    return {}


def _inside(target: Target, path: str) -> frozenset[int]:
    text = target.text(path)
    if "git clone" not in text:
        return frozenset()
    every = frozenset(name.lower() for name in CLONED.findall(text))
    own = own_names(target) | {posixpath.basename(str(target.root)).lower()}
    own |= _cloned_at_the_root(target) if not own_names(target) else frozenset()
    folders: set[str] = set()
    """What clones of other repositories are called here."""
    below: list[str] = []
    """From a folder of a clone to where the reader is."""
    found: set[int] = set()
    for number, line in enumerate(text.split("\n"), 1):
        if below:
            found.add(number)
        if "git clone" not in line and "cd" not in line:
            continue
        for match in _STEP.finditer(line):
            if match[1]:
                names = CLONED.findall(match[0].rstrip())
                if not names or names[-1].lower() in own:
                    continue
                if not is_own_clone(target, path, match[0].rstrip(), every):
                    last = match[1].split()[-1].strip("'\"")
                    plain = "/" not in last and ":" not in last
                    folders.add(posixpath.basename(last) if plain else names[-1])
            else:
                below = _entered(below, match[2] or "~", folders)
    return frozenset(found)


def _entered(below: list[str], word: str, folders: set[str]) -> list[str]:
    """Where the reader is after ``cd word``; empty outside of all clones of other repositories."""
    if word.startswith(("/", "~", "-", "$")):
        parts = [part for part in word.split("/")[:40] if part]
        at = next((n for n, part in enumerate(parts) if part in folders), len(parts))
        return parts[at:]
    here = list(below)
    for part in word.split("/")[:40]:
        if part == "..":
            here = here[:-1]
        elif part not in ("", ".") and (here or part in folders):
            here = [*here, part]
    return here


def is_of_another(target: Target, document: Document, line: int) -> bool:
    """Whether the reader has cloned and entered another repository by then. What this one is called
    is known where a manifest gives its address."""
    names = own_names(target)
    if not names:
        return False
    above = "\n".join(target.text(document.path).split("\n")[: line - 1])
    cloned = [name.lower() for name in CLONED.findall(above)]
    entered = [name.lower() for name in _ENTERED.findall(above)]
    return bool(cloned) and cloned[-1] not in names and cloned[-1] in entered
