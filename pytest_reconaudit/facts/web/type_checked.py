"""Whether a check of types reads a source file, and whether nothing but it builds a package."""

from __future__ import annotations

from pytest_reconaudit.facts.web.apps import Frontend
from pytest_reconaudit.facts.web.erased_imports import is_unchecked
from pytest_reconaudit.facts.web.type_scope import is_left_out
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["BUNDLES", "TYPES_CHECKED", "is_compiled_alone", "is_type_checked"]

TYPES_CHECKED = regex(r"\b(?:vue-|svelte-)?(?:tsc|check)\b")
BUNDLES = regex(
    r"\b(?:esbuild|tsup|tsdown|webpack|rspack|rollup|pkgroll|microbundle|unbuild|ncc|parcel"
    r"|bun build|bunchee|vite build|nest build|next build|nuxt|svelte|astro|remix|nx build)\b"
)
_COMPILES = regex(r"(?<![\w-])tsc\b(?![^&|;]{0,200}--noEmit\b)")


def is_type_checked(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether a script of the package checks the types of a file."""
    commands = [one.command for one in frontend.package.manifest.scripts]
    return (
        any(map(TYPES_CHECKED.search, commands))
        and path.endswith((".ts", ".tsx", ".mts", ".vue"))
        # tsc itself reads no components.
        and (not path.endswith(".vue") or any("vue-tsc" in one for one in commands))
        and not is_unchecked(target, path)
    )


def is_compiled_alone(target: Target, frontend: Frontend, path: str) -> bool:
    """Whether tsc builds the package, all files that its configuration covers, and so fails of a
    file to which nothing leads as of any other."""
    commands = [one.command for one in frontend.package.manifest.scripts]
    return (
        any(map(_COMPILES.search, commands))
        and not any(map(BUNDLES.search, commands))
        and is_type_checked(target, frontend, path)
        and not is_left_out(target, path)
    )
