"""Packages of the repository whose sources the build of another takes in."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.mentions import CONFIGURATION
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["NOTHING", "bundles_siblings", "inlined_by"]


def bundles_siblings(target: Target, package: NpmPackage) -> bool:
    """Whether a bundler's configuration takes the dependencies out of package.json, as programs
    do that ship the packages of their workspace in one piece."""
    return any(
        posixpath.dirname(path) == package.folder
        and CONFIGURATION.search(path) is not None
        and _TAKES_LISTED.search(target.text(path)) is not None
        for path in target.below(package.folder)
    )


def inlined_by(target: Target, package: NpmPackage) -> list[tuple[NpmPackage, frozenset[str]]]:
    """The packages of the repository whose sources the build of one takes in, each with what it is
    installed with by itself all the same.

    What they import is then looked for beside the outcome, which is beside this package; a package
    that is published brings what it lists, unless the bundler leaves packages to the run time.
    """
    within = _depended_on(target, package)
    if not within:
        return []
    builds = _builds(target, package)
    scripts = _own_scripts(package)
    if not builds and _BUNDLER.search(scripts) is None:
        return []
    leaves = _LEAVES_ALL.search(scripts) is not None or any(
        _LEAVES_ALL.search(target.text(path)) is not None for path in builds
    )
    return [(one, NOTHING if leaves or one.manifest.private else _brought(one)) for one in within]


def _brought(package: NpmPackage) -> frozenset[str]:
    return frozenset(
        name
        for section, name, _, _ in package.manifest.dependencies
        if section in ("dependencies", "optionalDependencies")
    )


def _builds(target: Target, package: NpmPackage) -> list[str]:
    """The configurations of bundlers beside a package.json, and the scripts below that call one."""
    return [
        path
        for path in target.files_below(package.folder)
        if (_BUNDLES.search(path) is not None and posixpath.dirname(path) == package.folder)
        or any(
            link.meant.package in _BUNDLERS and not link.specifier.type_only
            for link in links(target).get(path, ())
        )
    ]


NOTHING: frozenset[str] = frozenset()
_BUNDLERS = frozenset(
    {"esbuild", "tsup", "tsdown", "rollup", "rolldown", "webpack", "@rspack/core", "@vercel/ncc",
     "@rslib/core", "@rsbuild/core", "parcel", "bunchee", "unbuild"}
)  # fmt: skip
_BUNDLES = regex(
    r"(?:^|/)(?:vite|next|nuxt|remix|react-router|astro|svelte|tsup|tsdown|esbuild|rollup|rolldown"
    r"|webpack|rspack|rsbuild|rslib|craco|vue|metro|build|bundle|compile)[\w.-]*\.[cm]?[jt]s$"
)
_BUNDLER = regex(
    r"\b(?:esbuild|tsup|tsdown|rollup|rolldown|webpack|rspack|rsbuild|rslib|ncc|parcel|unbuild|bunchee"
    r"|pkgroll|microbundle)\b|\b(?:vite|next|nuxt|remix|react-router|react-scripts|vue-cli-service"
    r"|astro|bun|ng|expo)\s+(?:vite:)?(?:build|export)\b"
)
_LEAVES_ALL = regex(
    r"packages\s*:\s*['\"]external['\"]|--packages=external|nodeExternals?\b|node-externals"
    r"|\bnoExternal\b|skipNodeModulesBundle|\brollup-plugin-(?:auto|peer-deps)-external"
    r"|\bexternal\s*:\s*true\b|\bonResolve\b"
)


def _own_scripts(package: NpmPackage) -> str:
    return "\n".join(one.command for one in package.manifest.scripts)


def _depended_on(target: Target, package: NpmPackage) -> list[NpmPackage]:
    """The packages of the repository that one depends on, at any remove."""
    by_name = {one.manifest.name: one for one in npm_packages(target) if one.manifest.name}
    found: dict[str, NpmPackage] = {}
    open_ = [package]
    while open_:
        for name in sorted(open_.pop().manifest.dependency_names):
            one = by_name.get(name)
            if one is not None and one is not package and one.path not in found:
                found[one.path] = one
                open_.append(one)
    return list(found.values())


_TAKES_LISTED = regex(
    r"\A(?:(?!package\.json)[\s\S])*+package\.json[\s\S]*\b(?:peerD|d)ependencies\b"
)
