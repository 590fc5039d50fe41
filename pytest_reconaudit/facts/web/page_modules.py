"""What modules are to an application: where it begins, whose package they are of."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = [
    "FIRST",
    "PAGE_NAME",
    "SCRIPTS",
    "STATIC",
    "dependencies_of",
    "entry_modules_of",
    "is_aside",
    "is_local",
    "package_around",
]

FIRST = regex(
    r"(?i)log-?in|sign-?in|sign-?up|signon|regist(?:er|ration)|\bauth\b|^auth(?:page|view|screen)?$"
    r"|landing|^home|homepage|^index|welcome|not-?found|^error|errorpage|404|403|500|401|denied"
    r"|unauthori[sz]ed|forbidden|forgot|password|callback|logout|layout|guard|loading|splash"
    r"|maintenance|fallback|redirect|root$|^app$|shell$|provider|boundary|protected|private"
    r"|require|suspense|spinner|loader|navigate|outlet|wrapper|template|unavailable|oauth|sso"
    r"|onboard|setup|activate|confirm|verif|invite"
)
"""Pages that may be the first that one sees, and what is no page."""
PAGE_NAME = regex(r"(?:Page|View|Screen|Dashboard|Wizard|Container)$")
_ASIDE = regex(
    r"(?i)\.(?:stories|story|mock|mdx)\.|(?:^|/)(?:\.storybook|stories|storybook|__\w+__|test-?beds?"
    r"|playgrounds?|sandbox(?:es)?|demos?|examples?|test-apps?)/"
)
_MOUNTS = regex(
    r"\b(?:createRoot|hydrateRoot|ReactDOM\.render|ReactDOM\.hydrate|createApp|createSSRApp"
    r"|bootstrapApplication|platformBrowser\w*)\s*\(|\brender\(\s*(?:\(\)\s*=>\s*)?<"
)
_LOCAL_SHELL = frozenset(
    {"electron", "@tauri-apps/api", "@tauri-apps/cli", "@capacitor/core", "react-native", "expo",
     "webextension-polyfill", "wxt", "plasmo", "@crxjs/vite-plugin", "nw"}
)  # fmt: skip
"""What makes an application that lies on the machine of its user: nothing is loaded over a net."""
STATIC = ("import", "export")
"""Kinds of imports that are loaded with the module itself."""
SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".vue", ".svelte")


def is_aside(target: Target, path: str) -> bool:
    """Whether a file is a test, a story, an example or a place to try things out."""
    return is_test_path(path) or bool(_ASIDE.search(path))


@once
def entry_modules_of(target: Target) -> tuple[str, ...]:
    """The modules that a page starts with."""
    found = []
    for path, mine in links(target).items():
        if path.endswith((".html", ".htm")):
            found += [one.meant.path for one in mine if one.meant.path.endswith(SCRIPTS)]
        elif (
            _STARTS.search(posixpath.basename(path))
            and not is_test_path(path)
            and _MOUNTS.search(target.text(path))
        ):
            found.append(path)
    return tuple(dict.fromkeys(found))


_STARTS = regex(r"(?i)^(?:main|index|app|client|entry|bootstrap|start|root)[\w.-]*\.[cm]?[jt]sx?$")


@once
def _packages(target: Target) -> dict[str, NpmPackage]:
    return {one.folder: one for one in npm_packages(target)}


def package_around(target: Target, path: str) -> NpmPackage | None:
    """The package of the nearest package.json above a file."""
    folder = posixpath.dirname(path)
    known = _packages(target)
    while True:
        if folder in known:
            return known[folder]
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def dependencies_of(package: NpmPackage) -> Iterable[str]:
    """The names of all that a package lists."""
    return (name for _, name, _, _ in package.manifest.dependencies)


def is_local(package: NpmPackage) -> bool:
    """Whether a package is of a program that lies on the machine of its user."""
    return not _LOCAL_SHELL.isdisjoint(dependencies_of(package))
