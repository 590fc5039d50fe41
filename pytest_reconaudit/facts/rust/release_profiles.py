"""How cargo builds what is shipped: the release profile of each program."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.cargo_locks import CargoLock, cargo_locks
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.packages import CargoPackage, cargo_at, cargo_root
from pytest_reconaudit.facts.rust.served_by import served_by
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cargo import read_cargo
from pytest_reconaudit.target import Target, once

__all__ = ["ReleaseProfile", "debug_of", "release_profiles"]

_OVERRIDE = regex(
    r"\bCARGO_PROFILE_(RELEASE|[A-Z0-9_]+)_(LTO|CODEGEN_UNITS|STRIP|PANIC|DEBUG|OPT_LEVEL)\b"
)
_STRIPS = regex(
    r"(?m)^[ \t]*(?:RUN\s|&&\s{0,20}|\|\|\s{0,20})?.{0,400}\bstrip\s+"
    r"(?:-\S+\s+){0,20}[\w./$*{-]+|strip=|link-arg=-s"
)
_CUSTOM = regex(r"--profile[= ]([\w-]+)")
_NO_BUILD = regex(
    r"\bcargo\s+(?:\S+\s+){0,4}?(?:test|t|clippy|check|c|nextest|bench|doc|llvm-cov|tarpaulin|miri|fmt"
    r"|udeps|hack)\b"
)
"""A command of cargo that makes nothing which is shipped."""
_COMMAND_ENDS = regex(r"(?<!\\)\n|&&|;|\|")
_RELEASED = regex(
    r"--release\b|\bcargo\s+(?:\S+\s+){0,4}install\b[^\n]{0,200}--path"
    r"|(?m:^[ \t]*ARG\s+\w*PROFILE\w*\s*=\s*[\"']?release\b)"
)
_FULL_DEBUG = frozenset({"true", "2", "full"})
_TRACED = regex(
    r"sentry(?:-.*)?|bugsnag|rollbar|pyroscope(?:-.*)?|pprof2?|console-subscriber|minidumper"
    r"|crash-handler|backtrace|color-backtrace|addr2line|dhat|jemalloc_pprof|tracy-client"
)
"""Crates that show names and lines of the code at run time, out of the debug information."""
_ON_PURPOSE = regex(
    r"#.*\b(?:debug\w*|symbol\w*|backtrace\w*|stack|trace\w*|panic\w*|profil\w+|perf|flame\w*"
    r"|sentry|line numbers?|crash\w*|core ?dumps?|gdb|abort|unwind|strip\w*)\b",
    re.IGNORECASE,
)
_NEAR = 4
"""Lines of comments above a setting that are looked at."""


class ReleaseProfile(Struct, frozen=True, eq=False):
    """A build root that makes programs, with the settings that its releases are built with."""

    root: CargoPackage
    name: str
    """``release``, or the only custom profile that something which is shipped is built with."""
    settings: dict[str, tuple[str, Place]]
    """What profiles, ``.cargo/config.toml`` and, with an empty value, environments set."""
    programs: tuple[str, ...]
    server: Note | None
    """Where a program that a panic would end starts to serve requests, and by which crate."""
    guarded: bool
    """Clippy is told to deny some of what panics in that program."""
    in_image: bool
    traced: bool
    """Something in it reads debug information at run time, or a comment says what it is for."""
    stripped: bool
    """An image's build strips the program itself."""
    place: Place
    """The profile, or the package when there is none."""

    def setting(self, key: str) -> tuple[str, Place] | None:
        return self.settings.get(key)


@once
def release_profiles(target: Target) -> tuple[ReleaseProfile, ...]:
    """Every root of a build that makes programs, by path."""
    return tuple(_profile(target, lock) for lock in cargo_locks(target))


def _profile(target: Target, lock: CargoLock) -> ReleaseProfile:
    root = lock.root
    top = cargo_at(target, posixpath.dirname(lock.lock)) or root
    builds = _builds(target)
    name = "release"
    profiles = {one.name: one for one in top.manifest.profiles}
    custom = builds.named.intersection(profiles)
    if len(custom) == 1 and not builds.released:
        (name,) = custom
    settings: dict[str, tuple[str, Place]] = {}
    chain: list[str] = []
    current = name
    while current in profiles and current not in chain:
        chain.append(current)
        parent = profiles[current].setting("inherits")
        current = parent[0] if parent else "release"
    for one in reversed(chain):
        settings |= {key: (value, place) for key, value, place in profiles[one].settings}
    for inner in (".cargo/config.toml", ".cargo/config"):
        path = posixpath.join(top.folder, inner)
        if target.has(path):
            for profile in target.parse(read_cargo, path).profiles:
                if profile.name == name:
                    settings |= {key: (value, place) for key, value, place in profile.settings}
    settings |= dict.fromkeys(builds.overridden, ("", top.manifest.package_place))
    panic = settings.get("panic")
    server: Note | None = None
    guarded = False
    if panic is not None and panic[0] == "abort" and not _aborts_on_purpose(target, top):
        servers = [
            (note, package)
            for package in cargo_root(target, top)
            if package.bins and (note := served_by(target, package)) is not None
        ]
        if servers:
            # The root's own program is what is shipped; members beside it may be helpers.
            server, serving = min(
                servers, key=lambda pair: (pair[1] is not top, pair[0].message == "hyper")
            )
            guarded = _is_guarded(target, top, serving)
    place = profiles[name].place if name in profiles else Place(top.path, 1, 1)
    if name not in profiles and top.manifest.package:
        place = top.manifest.package_place
    return ReleaseProfile(
        root=top,
        name=name,
        settings=settings,
        programs=lock.programs,
        server=server,
        guarded=guarded,
        in_image=lock.in_image,
        traced=_is_traced(target, top, settings),
        stripped=builds.stripped,
        place=place,
    )


class _Builds(Struct, frozen=True, eq=False):
    """What all files that build something say of profiles: the same for each root, so read once."""

    named: frozenset[str]
    """Profiles that a command which ships something builds with."""
    released: bool
    """Something is built with the release profile."""
    overridden: tuple[str, ...]
    """Settings that an environment variable of cargo sets, as a profile would name them."""
    stripped: bool


@once
def _builds(target: Target) -> _Builds:
    texts = _build_texts(target)
    return _Builds(
        named=frozenset(name for text in texts for name in _shipped_with(text)),
        released=any(_RELEASED.search(text) for text in texts),
        overridden=tuple(
            match[2].lower().replace("_", "-")
            for text in texts
            for match in _OVERRIDE.finditer(text)
        ),
        stripped=any(_STRIPS.search(text) for text in texts),
    )


def _shipped_with(text: str) -> Iterator[str]:
    """The profiles that the commands of a file build with, but for those that only test."""
    for match in _CUSTOM.finditer(text):
        before = text[max(match.start() - _LONGEST, 0) : match.start()]
        command = _COMMAND_ENDS.split(before)[-1]
        if _NO_BUILD.search(command) is None:
            yield match[1]


_LONGEST = 400
"""Characters of a command in front of its profile."""
_ABORTS = regex(r"(?i)panic\W{1,6}abort|abort\w*\s+on\s+panic")


def _aborts_on_purpose(target: Target, top: CargoPackage) -> bool:
    """Whether the code counts on it that a panic ends the process, and says so. A comment beside
    the setting speaks of the size of the binary as a rule, not of requests.
    """
    return any(
        "abort" in target.text(path) and _ABORTS.search(target.text(path)) is not None
        for path in target.files_below(top.folder)
        if path.endswith(".rs")
    )


_DENIED = regex(
    r"#!\[\s*(?:cfg_attr\s*\(\s*not\s*\(\s*test\s*\)\s*,\s*)?(?:deny|forbid)\s*\("
    r"[^)\]]{0,600}\bclippy::(?:unwrap_used|expect_used|panic)\b"
)
_LINTED = regex(
    r"(?m)^[ \t]*(?:clippy\.)?(?:unwrap_used|expect_used|panic)[ \t]*=[ \t]*"
    r"(?:\{[^}\n]{0,200}level[ \t]*=[ \t]*)?\"(?:deny|forbid)\""
)
_INHERITS = regex(r"(?m)^\[lints\]\s*workspace\s*=\s*true|^lints\.workspace\s*=\s*true")


def _is_guarded(target: Target, top: CargoPackage, package: CargoPackage) -> bool:
    """Whether clippy is told to deny calls that panic in a package."""
    manifest = target.text(package.path)
    if _LINTED.search(manifest):
        return True
    if _INHERITS.search(manifest) and _LINTED.search(target.text(top.path)):
        return True
    texts = (target.text(path) for path in rust_files(target, package.folder))
    return any("clippy::" in text and _DENIED.search(text) is not None for text in texts)


def _is_traced(target: Target, top: CargoPackage, settings: dict[str, tuple[str, Place]]) -> bool:
    for key in ("debug", "strip"):
        place = settings[key][1] if key in settings else None
        if place is None or place.line is None:
            continue
        if _ON_PURPOSE.search(target.line(place.path, place.line)):
            return True
        for line in range(place.line - 1, max(place.line - 1 - _NEAR, 0), -1):
            text = target.line(place.path, line).strip()
            if not text.startswith("#"):
                break
            if _ON_PURPOSE.search(text):
                return True
    return any(
        _TRACED.fullmatch(one.package) and one.section == "dependencies"
        for package in cargo_root(target, top)
        for one in package.manifest.dependencies
    )


@once
def _build_texts(target: Target) -> tuple[str, ...]:
    """The files that say how a release is built: Dockerfiles, workflows, scripts, makefiles."""
    paths = [one.path for one in dockerfiles(target)]
    paths += [
        path
        for path in target.files
        if path.endswith((".sh", "Makefile", "justfile", "Justfile", ".mk", "Earthfile"))
        or (path.startswith((".github/", ".gitlab")) and path.endswith((".yml", ".yaml")))
    ]
    texts = (target.text(path) for path in dict.fromkeys(paths))
    return tuple(text for text in texts if "cargo" in text or "CARGO" in text)


def debug_of(profile: ReleaseProfile) -> tuple[str, Place] | None:
    """The setting that leaves all debug information in the program, for nothing that reads it."""
    strip, debug = profile.setting("strip"), profile.setting("debug")
    if profile.stripped or (strip is not None and strip[0] in ("true", "symbols", "debuginfo", "")):
        return None
    split = profile.setting("split-debuginfo")
    if split is not None and split[0] in ("packed", "unpacked"):
        return None
    if debug is not None and debug[0] in _FULL_DEBUG and not profile.traced:
        return debug
    return None
