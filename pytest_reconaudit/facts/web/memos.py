"""Memoised components of React, and whether any of their uses lets the memo work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.packages import npm_packages
from pytest_reconaudit.facts.web.modules import importers, links
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.jsx_tags import read_tags
from pytest_reconaudit.readers.scans.components import Memo, components
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["MemoComponent", "MemoFile", "memo_files"]


class MemoComponent(Struct, frozen=True, eq=False):
    """A component given to ``memo`` without a comparison of its own."""

    name: str
    place: Place
    uses: int
    known: bool
    """Every use could be seen."""
    fresh: tuple[Note, ...]
    """The uses that hand on what is new at each rendering, with the properties' names."""


class MemoFile(Struct, frozen=True, eq=False):
    path: str
    components: tuple[MemoComponent, ...]

    @property
    def unused(self) -> tuple[MemoComponent, ...]:
        """Those that are surely rendered nowhere."""
        return tuple(one for one in self.components if one.known and not one.uses)

    @property
    def useless(self) -> tuple[MemoComponent, ...]:
        """Those that get something new by every use."""
        return tuple(
            one for one in self.components if one.known and one.uses and one.uses == len(one.fresh)
        )


_COMPILER = regex(r"^(?:babel-plugin-react-compiler|react-compiler-\w+|million)$")
_ASIDE = regex(r"(?i)\.(?:stories|story|mdx)\b|(?:^|/)(?:\.storybook|stories)/")
_BY_CONVENTION = regex(r"(?:^|/)(?:pages|routes|app|plugins|views)/|(?:^|/)\+?index\.[jt]sx?$")
_MAX_BARRELS = 4


@once
def memo_files(target: Target) -> tuple[MemoFile, ...]:
    """Every file with memoised components, by path; none where a compiler memoises everything."""
    found: list[MemoFile] = []
    parts = scanned(target, components)
    compiled = any(
        _COMPILER.match(name)
        for package in npm_packages(target)
        for name in package.manifest.dependency_names
    )
    if compiled:
        return ()
    private = tuple(
        f"{one.folder}/" if one.folder else ""
        for one in npm_packages(target)
        if one.manifest.private
    )
    hidden = any(
        one.specifier.kind in ("glob", "context")
        or (one.specifier.kind == "dynamic" and "${" in one.specifier.text)
        for mine in links(target).values()
        for one in mine
    )
    for path, file in parts.items():
        if is_test_path(path) or _ASIDE.search(path):
            continue
        mine = []
        for one in file.memos:
            if not one.name:
                continue
            judged = _judged(target, path, one)
            # Who takes the default of a module may be a framework, or an import() of any page;
            # who takes a name of a library is outside of the repository.
            unseen = one.default and (hidden or bool(_BY_CONVENTION.search(path)))
            if not judged.uses and (unseen or not path.startswith(private)):
                judged = replace(judged, known=False)
            mine.append(judged)
        if mine:
            found.append(MemoFile(path, tuple(mine)))
    return tuple(found)


def _judged(target: Target, path: str, memo: Memo) -> MemoComponent:
    names = {"default"} if memo.default else set()
    if memo.exported:
        names.add(memo.name)
    uses, known, fresh = 0, True, []
    seen: set[tuple[str, str]] = set()
    for user, local in (*_users(target, path, frozenset(names), seen, 0), (path, memo.name)):
        if user and (is_test_path(user) or _ASIDE.search(user)):
            continue
        text = target.text(user) if user else ""
        tags = read_tags(text, local) if local else ()
        if not local or _handed_on(text, local):
            known = False
        for tag in tags:
            uses += 1
            if tag.fresh:
                what = ", ".join(dict.fromkeys(tag.fresh))
                fresh.append(Note(Place(user, tag.line), f"new each time: {what}"))
    return MemoComponent(memo.name, Place(path, memo.line), uses, known, tuple(fresh))


def _users(
    target: Target, path: str, names: frozenset[str], seen: set[tuple[str, str]], depth: int
) -> Iterator[tuple[str, str]]:
    """(file, name there) of everyone who imports one of a file's names; an empty name where it
    cannot be told."""
    outlines = scanned(target, outline)
    for user, specifier in importers(target).get(path, ()):
        if specifier.type_only or (user, specifier.text) in seen:
            continue
        seen.add((user, specifier.text))
        file = outlines.get(user)
        if specifier.kind not in ("import", "export") or file is None or depth > _MAX_BARRELS:
            yield user, ""
            continue
        for local, words in file.imports:
            if words[0] != specifier.text:
                continue
            if words[-1] == "*" and local != "*":
                yield user, ""
            elif specifier.kind == "import" and words[-1] in names:
                yield user, local
                word = re.escape(local)
                # A pattern that begins with letters is found fastest.
                passed_on = (
                    rf"export(?<=\bexport)\s*"
                    rf"(?:default\s+{word}\b|\{{[^{{}}]{{0,2000}}\b{word}\b)"
                )
                if re.search(passed_on, target.text(user)):
                    yield user, ""
            elif specifier.kind == "export" and (words[-1] in names or local == "*"):
                passed = names if local == "*" else frozenset((local,))
                yield from _users(target, user, passed, seen, depth + 1)


def _handed_on(text: str, name: str) -> bool:
    """Whether a component is given to something else than a tag: ``as={Row}``, ``render(Row)``."""
    word = re.escape(name)
    # Most of what is no tag is an import: a look at each place saves taking all of them out.
    if not any(
        _GIVES.search(text[max(match.start() - 200, 0) : match.start()])
        for match in re.finditer(rf"{word}\s*[,)}}\]?:|]", text)
    ):
        return False
    return bool(re.search(rf"[=:(,?&|]\s*\{{?\s*{word}\s*[,)}}\]?:|]", _EXPORTS.sub("", text)))


_GIVES = regex(r"(?:[=:(,?&|]|\A)\s*\{?\s*\Z")
_EXPORTS = regex(
    r"\b(?:import|export)\b[^;'\"()=]{0,400}?\}|\bmemo\s*(?:<[^()]{0,200}>)?\(\s*\w+\s*\)"
)
