"""Files of a package for others that none of the others leads to.

A private package that only the repository itself can use is entered where its siblings import it:
an entry of ``exports`` that nobody asks for leads to nothing that is built.
"""

from __future__ import annotations

import posixpath
import re

from pytest_reconaudit.facts.web.apps import Frontend
from pytest_reconaudit.facts.web.entrances import is_given_out, taken_files
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["has_own_build", "is_untaken"]

_BUILDS = regex(
    r"\b(?:build|tsup|tsdown|tsc|rollup|webpack|esbuild|parcel|unbuild|microbundle|vite|next|start"
    r"|serve|dev|node|tsx|bun)\b"
)
_STEM = regex(r"\.[cm]?[jt]sx?$|\.(?:vue|svelte)$")


def has_own_build(frontend: Frontend) -> bool:
    """Whether a script of the package builds or starts something of it."""
    scripts = frontend.package.manifest.scripts
    return any(_BUILDS.search(f"{one.name} {one.command}") for one in scripts)


def is_untaken(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether no other package leads to a file of a private package of the workspace, which has no
    page and no program of its own either."""
    package = frontend.package
    if frontend.roots or frontend.by_files or is_given_out(package):
        return False
    if package.workspace_root is None or package.workspace_root == package.folder:
        return False
    if has_own_build(frontend):
        return False
    taken = taken_files(target, package)
    if taken is None or path in taken:
        return False
    inside = _STEM.sub("", posixpath.relpath(path, package.folder or "."))
    named = re.compile(rf"(?<![\w-]){re.escape(inside)}\b")
    texts = (target.text(one) for one in (*frontend.configs, frontend.config) if one)
    return not any(inside in text and named.search(text) for text in texts)
