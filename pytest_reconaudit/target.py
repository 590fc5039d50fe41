"""The target: a repository as one sorted index of files. Nothing else opens a file of it.

Where the target is (part of) a git checkout, git's own index file says which files a fresh
clone has; no git command is run, so no hook, fsmonitor or configuration of the target is
obeyed, and what was committed is read in the same way (:mod:`.git_objects`). Elsewhere the folder
is walked. Symbolic links are listed but never followed out.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import posixpath
import re
import struct
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import Struct

from pytest_reconaudit.likeness import alike, same_words, word_key
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex

if TYPE_CHECKING:
    from pytest_reconaudit.git_objects import GitObjects

    Rules = dict[str, list[tuple["IgnoreRule", Callable[[str], object]]]]

__all__ = ["IgnoreRule", "Target", "TargetError", "once", "passing", "within"]

T = TypeVar("T")

MAX_BYTES = 2 * 1024 * 1024
"""Larger files are never read (catalogue G3); they are listed in :attr:`Target.oversized`."""
_MOST_SPLIT = 4
"""Files whose lines are kept: a loop's, its caller's, its route's."""

_PLAIN_TEXTS = 32 * 1024 * 1024
"""Bytes of texts that are kept as they are; the rest of a larger repository is kept compressed."""

_NO_TEXT = frozenset(
    {
        ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico", ".icns", ".bmp", ".tif", ".tiff",
        ".mp3", ".mp4", ".m4a", ".mov", ".webm", ".wav", ".ogg", ".flac", ".mkv", ".avi",
        ".woff", ".woff2", ".ttf", ".otf", ".eot", ".pdf", ".zip", ".gz", ".tgz", ".bz2", ".xz",
        ".zst", ".7z", ".rar", ".jar", ".war", ".whl", ".exe", ".dll", ".so", ".dylib", ".a", ".o",
        ".pyc", ".class", ".wasm", ".parquet", ".npz", ".npy", ".pkl", ".xlsx", ".docx", ".pptx",
    }
)  # fmt: skip
"""Suffixes of what holds no text, whatever folder it lies in."""

_PRUNED = frozenset(
    {".git", "node_modules", "target", ".venv", "venv", "__pycache__", ".next", ".terraform"}
)
"""Folders that a walk never enters: build products and caches, by the hundred thousand."""

_EXCLUDED = _PRUNED | {
    "dist", "build", "out", "coverage", "vendor", "third_party",
    "archive", "archives", "archived", "legacy", "fixtures", "testdata", "__snapshots__",
    ".react-email", ".nuxt", ".output", ".svelte-kit", ".docusaurus", ".expo", ".angular", ".astro",
    ".contentlayer", ".redwood", ".serverless", ".wxt", ".plasmo",
}  # fmt: skip
"""Folders whose files exist but are never audited (catalogue G3)."""
_EXCLUDED_ALIKE = regex(r"_+(?:archived?|legacy|fixtures|testdata|vendor)|test[_-]?data\d*")
"""The same under the spellings that people give them: ``_archived``, ``testdata2``."""

_TEMPLATE_SUFFIXES = (".tpl", ".j2", ".jinja", ".jinja2")
_GENERATED = regex(r"@generated|auto-?generated|generated (?:by|from|file|code)", re.IGNORECASE)
"""A bare "do not edit" is as often a plea to colleagues: it does not count alone."""


class TargetError(Exception):
    """The target cannot be audited at all; the message says why and what to do."""


class IgnoreRule(Struct, frozen=True):
    """The ignore pattern that keeps a path out of a fresh clone."""

    place: Place
    pattern: str


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder's or lies below it; ``""`` is the root."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def once(function: Callable[[Target], T]) -> Callable[[Target], T]:
    """Make a fact: ``function(target)`` is computed on first use and remembered on the target.

    A crash is remembered too, so that every check that asks sees the same error.
    """

    def fact(target: Target) -> T:
        return target.remember(function)

    fact.__name__ = function.__name__
    fact.__qualname__ = function.__qualname__
    fact.__module__ = function.__module__
    fact.__doc__ = function.__doc__
    fact.__annotations__ = function.__annotations__
    return fact


_PASSING: set[Callable[[Target], Any]] = set()


def passing(function: Callable[[Target], T]) -> Callable[[Target], T]:
    """Make a fact that takes much of the memory that a large repository needs, and that only
    checks ask for: as :func:`once`, but gone after :meth:`Target.slim`.
    """
    _PASSING.add(function)
    return once(function)


class Target:
    """A repository on disk.

    :param root: its folder. Raises :class:`TargetError` when it is missing, not a directory,
        unreadable or holds no file.
    """

    def __init__(self, root: Path | str, without: Iterable[str | Path] = ()) -> None:
        path = Path(root)
        if not path.exists():
            raise TargetError(f"{path}: no such directory; give the repository's folder")
        if not path.is_dir():
            raise TargetError(f"{path}: not a directory; give the repository's folder")
        self.root = path.resolve()
        self.name = self.root.name or str(self.root)
        try:
            os.listdir(self.root)
        except OSError as error:
            raise TargetError(f"{path}: cannot be read ({error.strerror})") from None
        self._memo: dict[Any, tuple[Any, BaseException | None]] = {}
        self._texts: dict[str, str] = {}
        self._packed: dict[str, bytes] = {}
        """The texts beyond :data:`_PLAIN_TEXTS`, compressed."""
        self._room = _PLAIN_TEXTS
        self._split: dict[str, list[str]] = {}
        """What :meth:`lines` gave for the last files."""
        self._last = ("", "")
        """The packed file that was last asked for, and its text."""
        self.asked_on_disk: dict[str, bool] = {}
        """What :meth:`on_disk` was asked, and what it answered."""
        self._ignores: Rules | None = None
        self._folder_verdicts: dict[str, IgnoreRule | None] = {}
        self.tracked: frozenset[str] | None = None
        """Paths in git's index; ``None`` when the target is not a git checkout."""
        self.modes: dict[str, int] = {}
        """File modes as git records them (``0o100755``), tracked files only."""
        self.submodules: tuple[str, ...] = ()
        self._read_git_index()
        given = {Path(one).absolute() for one in without}
        ours = {one.relative_to(self.root).as_posix() for one in given if self._holds(one)}
        listed = sorted(path for path in self._list() if not _is_ours(path, ours))
        self.everything: tuple[str, ...] = tuple(listed)
        """Every file of a fresh clone, excluded folders included, sorted."""
        self._set = frozenset(self.everything)
        self._folders = frozenset(
            parent for path in self.everything for parent in _parents(path)
        ) | {""}
        self.files: tuple[str, ...] = tuple(p for p in self.everything if _audited(p))
        """The files that are audited: ``everything`` less the default exclusions."""
        self.documents: tuple[str, ...] = tuple(
            p for p in self.everything if _document(p) and _included(p)
        )
        """Markdown and ``docs/``: read only by checks on documentation."""
        if not self.everything:
            raise TargetError(f"{path}: holds no file to audit")

    def _holds(self, path: Path) -> bool:
        return path != self.root and path.is_relative_to(self.root)

    # -- listing ---------------------------------------------------------------------------

    def _read_git_index(self) -> None:
        found = _git_dir(self.root)
        if found is None:
            return
        git_dir, top = found
        try:
            entries = list(_index_entries((git_dir / "index").read_bytes()))
        except (OSError, ValueError, IndexError, struct.error):
            return
        prefix = self.root.relative_to(top).as_posix() + "/"
        if prefix == "./":
            prefix = ""
        tracked, submodules = set(), []
        for name, mode in entries:
            if not name.startswith(prefix):
                continue
            relative = name[len(prefix) :]
            if mode & 0o170000 == 0o160000:
                submodules.append(relative)
                continue
            tracked.add(relative)
            self.modes[relative] = mode
        if prefix and not tracked:
            return  # a folder that some outer checkout does not know: judge it as it lies
        self.tracked = frozenset(tracked)
        self.submodules = tuple(submodules)
        self._top, self._prefix, self._git_dir = top, prefix, git_dir

    _top: Path | None = None
    """The work tree's top, when the target is a git checkout or a folder of one."""
    _prefix = ""
    """The target's path below that top, with a trailing slash."""
    _git_dir: Path | None = None

    def _list(self) -> Iterator[str]:
        """Tracked files that are there, then untracked ones that git does not ignore."""
        tracked = self.tracked
        walked: set[str] = set()
        seen = list(_walk(self.root, self.submodules))
        self._plain = frozenset(path for path, plain in seen if plain)
        self._walked = [path for path, _ in seen]
        for path in self._walked:
            if tracked is None or path in tracked or self.ignored_by(path) is None:
                walked.add(path)
        yield from walked
        if tracked is not None:
            for path in tracked - walked:
                # Tracked below a folder that the walk prunes (a committed node_modules, say).
                if os.path.lexists(self.root / path):
                    yield path

    _walked: Sequence[str] = ()
    _plain: frozenset[str] = frozenset()
    """Regular files below real folders: what can be opened without another look."""

    @property
    def walked(self) -> tuple[str, ...]:
        """Every file that lies there, kept out by git or not, but for build products and caches."""
        return tuple(self._walked)

    def excluded_by_git(self) -> bytes:
        """What files outside of the target say of ignored ones: the checkout's own list,
        ``.git/info/exclude``, and every ``.gitignore`` above the target."""
        if self._git_dir is None or self._top is None:
            return b""
        files = [self._git_dir / "info" / "exclude"]
        above = _parents(self._prefix.rstrip("/")) if self._prefix else ()
        files += [self._top / folder / ".gitignore" for folder in above]
        found = []
        for file in files:
            with contextlib.suppress(OSError):
                found.append(file.read_bytes()[:MAX_BYTES])
        return b"\0".join(found)

    @property
    def commits(self) -> GitObjects | None:
        """What git keeps of the past; ``None`` when the target is not a git checkout."""
        return self.remember(_commits)

    @property
    def prefix(self) -> str:
        """The target's path below the top of the checkout, with a trailing slash; or empty."""
        return self._prefix

    def is_plain(self, path: str) -> bool:
        """Whether a file is a regular one below real folders, no link."""
        return path in self._plain

    # -- asking ----------------------------------------------------------------------------

    def has(self, path: str) -> bool:
        """Whether a fresh clone has this file (excluded folders included).

        ``path`` is relative to the target; ``..`` that leaves it is never there.
        """
        return _clean(path) in self._set

    def has_dir(self, path: str) -> bool:
        """Whether a fresh clone has this folder (git keeps no empty ones)."""
        return _clean(path) in self._folders

    def home(self, folder: str, *names: str) -> str:
        """The nearest folder, itself or above, with one of these files (``Cargo.toml``); the root,
        as ``""``, whatever it holds."""
        while folder and not any(self.has(f"{folder}/{name}") for name in names):
            folder = posixpath.dirname(folder)
        return folder

    def on_disk(self, path: str) -> bool:
        """Whether something lies there now, ignored by git or not."""
        clean = _clean(path)
        there = not clean.startswith("../") and os.path.lexists(self.root / clean)
        self.asked_on_disk[clean] = there
        return there

    def below(self, folder: str) -> tuple[str, ...]:
        """Every file below a folder, excluded ones included."""
        return _below(self.everything, _clean(folder))

    def files_below(self, folder: str) -> tuple[str, ...]:
        """Every audited file below a folder."""
        return _below(self.files, _clean(folder))

    def named(self, *patterns: str) -> tuple[str, ...]:
        """Audited files whose *base name* matches one of the shell patterns, generated ones out."""
        match = _any_pattern(patterns)
        return tuple(
            path
            for path in self.files
            if match(posixpath.basename(path)) and not self.is_generated(path)
        )

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Every file (excluded ones included) whose whole path matches; ``**`` spans folders."""
        match = re.compile(_glob_to_regex(_clean(pattern))).fullmatch
        return tuple(path for path in self.everything if match(path))

    def nearest(self, path: str, *, folder: bool = False) -> str | None:
        """The existing path that a missing one probably meant, for a hint.

        In this order: a file beside it whose name differs in separators or the like; one of the
        same name elsewhere, but of several only one that shares a folder's name with it; one whose
        name holds the folder too (``api/Dockerfile``, ``docker/Dockerfile.api``); one beside it
        with a slip in the name (:mod:`.likeness`). Among equals the closest. Never an empty file.
        ``folder`` asks for folders instead.
        """
        clean = _clean(path)
        home, name = posixpath.split(clean)
        names = self.remember(_folders_by_name if folder else _by_name)
        beside = self.remember(_folders_by_home if folder else _by_home).get(home, [])
        twins = [one for one in beside if one != name and same_words(name, one)]
        namesakes = names.get(name, [])
        if home and len(namesakes) > 1:
            parts = set(home.split("/"))
            namesakes = [one for one in namesakes if parts.intersection(one.split("/")[:-1])]
        whole = word_key(f"{posixpath.basename(home)}.{name}") if home and not folder else ()
        longer = self.remember(_by_words).get(whole, []) if whole else []
        slip = alike(name, beside)
        groups = (
            [posixpath.join(home, one) for one in twins],
            namesakes,
            [path for one in longer for path in names[one]],
            [posixpath.join(home, slip)] if slip else [],
        )
        for group in groups:
            for near in sorted(group, key=lambda one: _remoteness(one, clean)):
                if near != clean and (folder or not self._is_empty(near)):
                    return near
        return None

    def _is_empty(self, path: str) -> bool:
        return not self.text(path).strip() and path not in self.oversized

    def is_executable(self, path: str) -> bool:
        """Whether git (or, without git, the disk) marks the file executable."""
        if path in self.modes:
            return bool(self.modes[path] & 0o111)
        with contextlib.suppress(OSError):
            return bool(os.lstat(self.root / path).st_mode & 0o111)
        return False

    def is_generated(self, path: str) -> bool:
        """Whether the file's head says that a program wrote it."""
        if path.endswith((".min.js", ".min.css")):
            return True
        head = self.text(path)[:600] if path in self._set else ""
        return any(
            _GENERATED.search(line)
            for line in head.split("\n")[:8]
            if line.lstrip().startswith(("#", "//", "/*", "*", "--", "<!--", ";"))
        )

    def ignored_by(self, path: str) -> IgnoreRule | None:
        """The rule of a ``.gitignore`` that matches the path (last match wins), if any.

        Says nothing about whether the file is tracked or there at all.
        """
        rules = self._ignore_rules()
        if not rules:
            return None
        clean = self._prefix + _clean(path)
        # Git decides from the top: once a folder is out, nothing below it can come back.
        for folder in reversed([p for p in _parents(clean) if p]):
            if folder not in self._folder_verdicts:
                self._folder_verdicts[folder] = _verdict(folder, rules, is_dir=True)
            verdict = self._folder_verdicts[folder]
            if verdict is not None:
                return verdict
        return _verdict(clean, rules, is_dir=False)

    def _ignore_rules(self) -> Rules:
        """Folder (relative to the work tree's top) → the rules that stand there, in order."""
        if self._ignores is None:
            self._ignores = {}
            for path in self._walked:
                if path == ".gitignore" or path.endswith("/.gitignore"):
                    folder = (self._prefix + posixpath.dirname(path)).rstrip("/")
                    self._add_rules(folder, self.root / path, path)
            up = "../"
            for folder in list(_parents(self._prefix.rstrip("/"))) if self._prefix else []:
                assert self._top is not None
                self._add_rules(folder, self._top / folder / ".gitignore", f"{up}.gitignore")
                up += "../"
            if self._git_dir is not None:
                shown = f"{up if self._prefix else ''}.git/info/exclude"
                self._add_rules("", self._git_dir / "info" / "exclude", shown, first=True)
        return self._ignores

    def _add_rules(self, folder: str, file: Path, shown: str, *, first: bool = False) -> None:
        with contextlib.suppress(OSError):
            text = file.read_bytes()[:MAX_BYTES].decode("utf-8", "replace")
            rules = list(_compile_ignore(shown, text))
            assert self._ignores is not None
            known = self._ignores.setdefault(folder, [])
            self._ignores[folder] = rules + known if first else known + rules

    # -- reading ---------------------------------------------------------------------------

    @property
    def oversized(self) -> tuple[str, ...]:
        """Audited files over :data:`MAX_BYTES`; their text is empty."""
        return self.remember(_oversized)

    def text(self, path: str) -> str:
        """The file's text, read once: BOM dropped, CRLF folded, bad bytes as U+FFFD.

        Empty when the file is too large, unreadable, a link that leaves the target, or an image or
        other file that by its name holds no text.
        """
        known = self._texts.get(path)
        if known is None:
            known = self._packed_text(path) if self._room < 0 else None
            if known is None:
                known = self._keep(path, self._load(path))
        return known

    def _packed_text(self, path: str) -> str | None:
        if self._last[0] != path:
            data = self._packed.get(path)
            if data is None:
                return None
            self._last = (path, zlib.decompress(data).decode())
        return self._last[1]

    def _keep(self, path: str, text: str) -> str:
        self._room -= text.__sizeof__()
        if self._room < 0:
            self._packed[path] = zlib.compress(text.encode(), 1)
            self._last = (path, text)
        else:
            self._texts[path] = text
        return text

    def data(self, path: str) -> bytes:
        """The file's bytes, unchanged; empty when :meth:`text` would be, read anew each time."""
        full = self.root / path
        try:
            if path not in self._plain:
                if not full.resolve().is_relative_to(self.root):
                    return b""
                if not full.is_file():  # a FIFO or a device would block for ever
                    return b""
            with open(full, "rb") as handle:
                data = handle.read(MAX_BYTES + 1)
        except (OSError, RuntimeError, ValueError):
            return b""
        return data if len(data) <= MAX_BYTES else b""

    def _load(self, path: str) -> str:
        if posixpath.splitext(path)[1].lower() in _NO_TEXT:
            return ""
        data = self.data(path)
        if not data:
            return ""
        text = data.decode("utf-8-sig", "replace")
        return text.replace("\r\n", "\n") if "\r" in text else text

    def line(self, path: str, number: int) -> str:
        """One line of a file, counted from 1, without its newline; empty when out of range."""
        lines = self.lines(path)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def lines(self, path: str) -> list[str]:
        """The lines of a file without their newlines, not to be changed.

        Those of the last few files are kept, as one file is asked about many times in a row.
        """
        known = self._split.get(path)
        if known is None:
            if len(self._split) >= _MOST_SPLIT:
                self._split.pop(next(iter(self._split)), None)
            known = self._split[path] = self.text(path).split("\n")
        return known

    # -- remembering -----------------------------------------------------------------------

    def remember(self, function: Callable[[Target], T]) -> T:
        """``function(self)``, computed at most once."""
        return cast(T, self._recall(function, lambda: function(self)))

    def parse(self, reader: Callable[[str, str], T], path: str) -> T:
        """``reader(text, path)`` of one file, computed at most once per reader and file."""
        return cast(T, self._recall((reader, path), lambda: reader(self.text(path), path)))

    def forget(self, reader: Callable[[str, str], Any]) -> None:
        """Drop what a reader made of files, once it has been joined to something smaller."""
        for key in [key for key in self._memo if type(key) is tuple and key[0] is reader]:
            del self._memo[key]

    def slim(self) -> None:
        """Drop the facts that are :func:`passing`: who still asks has them made anew."""
        for function in _PASSING:
            self._memo.pop(function, None)

    def _recall(self, key: Any, compute: Callable[[], Any]) -> Any:
        known = self._memo.get(key)
        if known is None:
            try:
                known = (compute(), None)
            except Exception as error:
                known = (None, error)
            self._memo[key] = known
        value, crash = known
        if crash is not None:
            raise crash
        return value


# -- paths ---------------------------------------------------------------------------------


_REPORT = regex(r"(?:^|/)CYCLE\d+_PILLAR[1-6]_AUDIT\.md$")


def _is_ours(path: str, given: set[str]) -> bool:
    """Whether an audit wrote it: what a report says of a file is no mention of it."""
    if _REPORT.search(path):
        return True
    return path in given or any(path.startswith(f"{one}/") for one in given)


def _below(paths: tuple[str, ...], folder: str) -> tuple[str, ...]:
    """Those of sorted paths that lie below a folder."""
    if not folder:
        return paths
    # "0" is the character after "/": nothing lies between the two but the folder's own files.
    return paths[bisect_left(paths, f"{folder}/") : bisect_left(paths, f"{folder}0")]


def _clean(path: str) -> str:
    """A path relative to the target in its one spelling; the root itself is ``""``."""
    if path in ("", ".", "./"):
        return ""
    clean = posixpath.normpath(path)
    return "" if clean == "." else clean


def _parents(path: str) -> Iterator[str]:
    """The folders above a path, nearest first, ending with the root ``""``."""
    while path:
        path = posixpath.dirname(path)
        yield path
        if path in ("", "/"):
            return


def _included(path: str) -> bool:
    parts = path.split("/")[:-1]
    return not any(
        _excluded(part) and not _is_source(part, "/".join(parts[:at]))
        for at, part in enumerate(parts)
    )


def _is_source(name: str, folder: str) -> bool:
    """Whether what is called as Cargo's build folder is a module: below a ``src``."""
    return name == "target" and "/src/" in f"/{folder}/"


@lru_cache(maxsize=4096)
def _excluded(folder: str) -> bool:
    name = folder.lower()
    return name in _EXCLUDED or _EXCLUDED_ALIKE.fullmatch(name) is not None


def _document(path: str) -> bool:
    return path.endswith((".md", ".mdx", ".rst", ".adoc")) or path.startswith("docs/")


def _audited(path: str) -> bool:
    return (
        _included(path)
        and not _document(path)
        and not path.endswith((".lock", ".min.js", ".min.css", ".map", ".svg"))
        and not ("templates/" in path and path.endswith(_TEMPLATE_SUFFIXES))
    )


def _remoteness(one: str, wanted: str) -> tuple[int, int, int, str]:
    """Orders paths by how far they are from a wanted one, the closest first: by the parts
    they share at the end and at the start, by the way from folder to folder, by depth.
    """
    ours, theirs = one.split("/"), wanted.split("/")
    head = len(posixpath.commonprefix([ours[:-1], theirs[:-1]]))
    tail = len(posixpath.commonprefix([ours[::-1], theirs[::-1]]))
    way = len(ours) + len(theirs) - 2 - 2 * head
    return -(2 * tail + head), way, len(ours), one


@lru_cache(maxsize=256)
def _any_pattern(patterns: tuple[str, ...]) -> Callable[[str], object]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns)).match


@lru_cache(maxsize=1024)
def _glob_to_regex(pattern: str) -> str:
    out, i = [], 0
    while i < len(pattern):
        if pattern.startswith("**/", i):
            out.append("(?:.*/)?")
            i += 3
        elif pattern.startswith("**", i):
            out.append(".*")
            i += 2
        elif pattern[i] == "*":
            out.append("[^/]*")
            i += 1
        elif pattern[i] == "?":
            out.append("[^/]")
            i += 1
        elif pattern[i] == "[" and "]" in pattern[i + 1 :]:
            end = pattern.index("]", i + 1)
            body = pattern[i + 1 : end].replace("\\", "\\\\")
            out.append("[" + ("^" + body[1:] if body[:1] == "!" else body) + "]")
            i = end + 1
        else:
            out.append(re.escape(pattern[i]))
            i += 1
    try:
        re.compile("".join(out))
    except re.error:
        return re.escape(pattern)
    return "".join(out)


def _walk(root: Path, submodules: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Every path below the root, links not followed, and whether it is a regular file."""
    skip = frozenset(submodules)
    stack = [""]
    while stack:
        folder = stack.pop()
        try:
            entries = list(os.scandir(root / folder if folder else root))
        except OSError:
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                path.encode("utf-8")
            except UnicodeEncodeError:
                continue  # a name that is not text cannot be reported or named by another file
            if entry.is_dir(follow_symlinks=False):
                pruned = entry.name in _PRUNED and not _is_source(entry.name, folder)
                if not pruned and path not in skip:
                    stack.append(path)
            else:
                yield path, entry.is_file(follow_symlinks=False)


def _verdict(path: str, rules: Rules, *, is_dir: bool) -> IgnoreRule | None:
    """What the nearest folder that has an opinion says of a path; a ``!`` rule says no."""
    for folder in _parents(path):
        inner = path[len(folder) + 1 :] if folder else path
        name = f"{inner}/" if is_dir else inner
        for rule, matches in reversed(rules.get(folder, ())):
            if matches(name):
                return None if rule.pattern.startswith("!") else rule
    return None


def _compile_ignore(path: str, text: str) -> Iterator[tuple[IgnoreRule, Callable[[str], object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        matches = _matcher(pattern.removeprefix("!"))
        if matches is not None:
            yield IgnoreRule(Place(path, number, 1), pattern), matches


_PLAIN_IGNORE = regex(r"(\*?)([\w.+@~-]+)(/?)")


def _matcher(pattern: str) -> Callable[[str], object] | None:
    """A function that says whether a path (folders with a trailing slash) matches.

    Most patterns are a name or ``*.suffix``, matched here as text; the others become regular
    expressions through pathspec, which costs more to load and compile than all else about them.
    """
    plain = _PLAIN_IGNORE.fullmatch(pattern)
    if plain is not None:
        star, name, folder = plain.groups()

        def matches(path: str) -> bool:
            if folder and not path.endswith("/"):
                return False
            base = path.rstrip("/").rpartition("/")[2]
            return base.endswith(name) if star else base == name

        return matches
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        regex = GitIgnoreSpecPattern(pattern).regex
    except ValueError:
        return None
    if regex is None:
        return None
    match, deep = regex.match, pattern.endswith(("/*", "/**"))
    if "/" not in pattern.rstrip("/"):  # a name: of the file or folder itself, wherever it lies

        def matches_name(path: str) -> bool:
            folder = path.rstrip("/").rpartition("/")[0]
            return match(path[len(folder) + 1 :] if folder else path) is not None

        return matches_name

    def matches_itself(path: str) -> bool:
        """pathspec also matches all below; that is for the folder's own verdict to say."""
        if not match(path) or (deep and not match(path.rstrip("/"))):
            return False  # ``a/**`` is what lies in ``a``, not ``a/`` itself
        parent = path.rstrip("/").rpartition("/")[0]
        return deep or not parent or not match(f"{parent}/")

    return matches_itself


def _commits(target: Target) -> GitObjects | None:
    from pytest_reconaudit.git_objects import GitObjects

    if target._git_dir is None or target._top is None or not _is_its(target._git_dir, target._top):
        return None
    return GitObjects(target._git_dir)


def _is_its(git_dir: Path, top: Path) -> bool:
    """Whether a git directory belongs to a checkout, whatever a file ``.git`` of that says: it lies
    in it, is a submodule's in a checkout around it, or names the worktree that it is for."""
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        real, here = git_dir.resolve(), top.resolve()
        around = (one / ".git" / "modules" for one in here.parents)
        if real.is_relative_to(here) or any(real.is_relative_to(one) for one in around):
            return True
        back = (real / "gitdir").read_bytes()[:4096].decode("utf-8").strip()
        return bool(back) and (real / back).resolve() == here / ".git"
    return False


def _by_name(target: Target) -> dict[str, list[str]]:
    """Base name → the paths that have it, excluded folders left out."""
    names: dict[str, list[str]] = {}
    for path in target.everything:
        if _included(path):
            names.setdefault(posixpath.basename(path), []).append(path)
    return names


def _folders_by_name(target: Target) -> dict[str, list[str]]:
    """Base name → the folders that have it, excluded ones left out."""
    names: dict[str, list[str]] = {}
    included = filter(_included, target.everything)
    for folder in sorted({parent for path in included for parent in _parents(path) if parent}):
        names.setdefault(posixpath.basename(folder), []).append(folder)
    return names


def _by_words(target: Target) -> dict[tuple[str, ...], list[str]]:
    """The words of a base name → the base names that consist of them."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name in target.remember(_by_name):
        found.setdefault(word_key(name), []).append(name)
    return found


def _by_home(target: Target) -> dict[str, list[str]]:
    """Folder → the base names in it, excluded folders left out."""
    return _homes(target.remember(_by_name))


def _folders_by_home(target: Target) -> dict[str, list[str]]:
    """Folder → the base names of the folders in it, excluded ones left out."""
    return _homes(target.remember(_folders_by_name))


def _homes(named: dict[str, list[str]]) -> dict[str, list[str]]:
    homes: dict[str, list[str]] = {}
    for name, paths in named.items():
        for path in paths:
            homes.setdefault(posixpath.dirname(path), []).append(name)
    return homes


def _oversized(target: Target) -> tuple[str, ...]:
    large = []
    for path in target.files:
        with contextlib.suppress(OSError):
            if os.lstat(target.root / path).st_size > MAX_BYTES:
                large.append(path)
    return tuple(large)


# -- git's index file ----------------------------------------------------------------------


def _git_dir(root: Path) -> tuple[Path, Path] | None:
    """The git directory that holds ``root`` and its work tree's top, or nothing."""
    for top in (root, *root.parents):
        dot_git = top / ".git"
        if dot_git.is_dir():
            return dot_git, top
        if dot_git.is_file():  # a worktree or submodule: one line "gitdir: PATH"
            with contextlib.suppress(OSError, UnicodeDecodeError):
                first = dot_git.read_text("utf-8")[:4096].partition("\n")[0]
                if first.startswith("gitdir: "):
                    return (top / first[8:].strip()), top
            return None
    return None


def _index_entries(data: bytes) -> Iterator[tuple[str, int]]:
    """(path, mode) of each entry of a git index, versions 2 to 4 (gitformat-index).

    Our own 30 lines rather than a git library: dulwich alone costs more to import than the
    whole audit may add to an empty pytest run, and running git would obey the target's config.
    """
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("not a git index")
    offset, name = 12, b""
    for _ in range(count):
        start = offset
        (mode,) = struct.unpack_from(">I", data, offset + 24)
        (flags,) = struct.unpack_from(">H", data, offset + 60)
        offset += 64 if version > 2 and flags & 0x4000 else 62
        if version == 4:
            strip, offset = _varint(data, offset)
            end = data.index(b"\0", offset)
            name = name[: len(name) - strip] + data[offset:end]
            offset = end + 1
        else:
            end = data.index(b"\0", offset)
            name = data[offset:end]
            offset = start + ((end - start + 8) & ~7)
        yield name.decode("utf-8", "replace"), mode


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    byte = data[offset]
    value = byte & 0x7F
    while byte & 0x80:
        offset += 1
        byte = data[offset]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, offset + 1
