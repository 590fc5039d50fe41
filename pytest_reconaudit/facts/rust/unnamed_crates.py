"""Why a dependency that no code names may be needed all the same: for a feature, a macro that
expands to it, generated code, a template, or a reason that a comment gives.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from pytest_reconaudit.facts.packages import (
    CargoPackage,
    cargo_by_folder,
    cargo_by_name,
    cargo_packages,
)
from pytest_reconaudit.facts.rust.emitted_attributes import (
    emitting_macros,
    given_out,
    is_applied,
)
from pytest_reconaudit.facts.rust.heavy_crates import HEAVY
from pytest_reconaudit.facts.rust.own_crates import crate_here, crates_beneath, library_names
from pytest_reconaudit.facts.rust.own_macros import OwnMacros, macro_words, own_macros
from pytest_reconaudit.facts.rust.package_sources import GENERATORS, PackageSources
from pytest_reconaudit.facts.rust.written_manifests import written_manifests
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cargo import CargoDependency
from pytest_reconaudit.readers.cargo_lock import LockGraph, read_cargo_lock
from pytest_reconaudit.target import Target

__all__ = ["UNNAMED", "Excuses", "asked_words"]

UNNAMED = regex(
    r".*[-_]sys|.*[-_]hack|.*jemallocator|mimalloc|snmalloc-rs|rpmalloc|dlmalloc|wee_alloc"
    r"|rustc-std-workspace-.*|compiler_builtins|cargo-husky|rusty-hook|static_vcruntime"
    r"|panic-.*|defmt-.*|.*-src|built|vergen.*|link-cplusplus"
)
"""Crates that do their work without being named: linked libraries, allocators, hooks, runtimes
that macros expand to."""
_SWITCHES = frozenset(
    {
        "js", "wasm_js", "wasmbind", "wasm-bindgen", "wasm32_unknown_unknown_js", "vendored",
        "bundled", "static", "stdweb", "custom", "rdrand", "zoneinfo", "bundled-sqlcipher",
        "vendored-openssl", "force-soft", "compile-time-rng", "std", "aws_lc_rs", "aws-lc-rs",
        "ring", "preserve_order", "arbitrary_precision", "raw_value", "unbounded_depth",
        "float_roundtrip", "max_level_off", "release_max_level_info", "release_max_level_debug",
        "max_level_info", "max_level_debug", "unstable_boringssl", "release_max_level_warn",
        "release_max_level_off", "max_level_trace", "unprefixed_malloc_on_supported_platforms",
    }
)  # fmt: skip
"""Features for the sake of which a crate is listed that others use."""
_LINKED = frozenset({"vendored", "bundled", "static", "vendored-openssl"})
"""Those that say how a library of the system is linked, wherever they are given."""
_EXPANDED = {
    "num-traits": ("num_derive",),
    "strum": ("strum_macros",),
    "bytecheck": ("rkyv",),
    "rend": ("rkyv",),
    "xml-rs": ("yaserde", "yaserde_derive"),
    "log": ("yaserde_derive", "rouille"),
    "env_logger": ("test_log",),
    "tracing-subscriber": ("test_log",),
    "js-sys": ("wasm_bindgen",),
    "wasm-bindgen": ("tsify", "tsify_next"),
    "wasm-bindgen-futures": ("wasm_bindgen",),
    "serde-wasm-bindgen": ("tsify", "tsify_next"),
    "serde_derive": ("serde",),
    "lalrpop-util": ("lalrpop",),
    "regex": ("lalrpop", "lalrpop_util"),
    "inventory": ("typetag", "pyo3"),
    "erased-serde": ("typetag",),
    "linkme": ("ctor",),
    "thiserror": ("uniffi",),
    "async-trait": ("poem_openapi",),
    "poem": ("poem_openapi",),
    "futures-util": ("cynic",),
    "serde": (
        "prost_wkt_types", "pbjson_types", "cynic", "graphql_client", "sylvia", "cw_serde",
    ),
    "schemars": ("sylvia", "cw_serde"),
    "graphql-parser": ("juniper",),
    "arrayref": ("anchor_lang",),
    "cfg-if": ("cfg_aliases",),
    "once_cell": ("i18n_embed_fl",),
    "rust-embed": ("i18n_embed",),
    "codspeed-criterion-compat": ("criterion",),
    "utoipa": ("utoipa_axum",),
    "libc": ("libnss",),
    "paste": ("libnss", "duplicate"),
    "lazy_static": ("libnss",),
    "proptest": ("test_strategy", "proptest_derive"),
    "alloy-contract": ("alloy_sol_types", "alloy_sol_macro"),
}  # fmt: skip
"""Crate → crates whose macros expand to its name, or such macros themselves."""
_MACRO_ENDS = ("_macros", "_macro", "_derive", "_derives", "_codegen", "_proc_macro", "_attributes")
_TEMPLATES = regex(r".*\.(?:html?|stpl|askama|rinja|jinja2?|j2|txt|xml|lalrpop|pest|in|slint|tera)")
_TEMPLATED = frozenset(
    {"askama", "rinja", "sailfish", "ructe", "lalrpop", "horrorshow", "tinytemplate"}
)
_BECAUSE = regex(
    r"#.*\b(?:feature|transitive|pin(?:ned|s)?|minimal|version|need(?:ed|s)?|require[sd]?|enabled?"
    r"|enables|link(?:s|ed|ing)?|force[sd]?|msrv|override|work(?:s|ing)?[- ]?around|unif\w+"
    r"|indirect\w*|generated|macros?|expan\w+|keep|sync|must|used (?:by|in|for)|necessary|hack"
    r"|static(?:ally)?|vendor\w*|compat\w*|unused|not used|cve|rustsec|machete|wasm"
    r"|doc(?:s|tests?)?|upgrad\w+|downgrad\w+|temporar\w+|remov\w+|unlock\w*|convince|avoid\w*|prevent\w*"
    r"|ensure\w*|allows?|because|since|resol\w+)\b",
    re.IGNORECASE,
)
_HYGIENIC = frozenset(
    {
        "tokio", "tracing", "log", "serde_json", "futures", "futures-util", "anyhow", "diesel",
        "sqlx", "clap", "rocket", "axum", "actix-web", "prometheus", "lazy_static", "color-eyre",
        "eyre", "metrics", "insta", "mockall", "proptest", "rstest", "slog", "defmt", "bson",
    }
)  # fmt: skip
"""Crates whose macros reach what they expand to by ``$crate``."""
_LINE = 400
_WHY_LINE = regex(r"\s*#")
_GENERIC = frozenset(
    {
        "rust", "rs", "sys", "core", "lib", "std", "alloc", "test", "proc_macro", "crate", "self",
        "super", "async", "derive", "macros", "types", "client", "api", "sdk", "util", "utils",
        "str", "char", "bool", "slice", "array", "f32", "f64", "i32", "i64", "u8", "u16", "u32",
        "u64", "usize", "web", "common", "tokio", "service", "config", "error", "errors", "models",
        "db", "app", "server",
    }
)  # fmt: skip
_FEATURE = regex(r"(?:dep:)?([\w-]+)\??(?:/.*)?")


def _part_names(package: str) -> set[str]:
    """What the library of a package may be called when not by the package's own name."""
    parts = re.split(r"[-_]", package.lower())[:6]
    names = {"".join(parts)} if len(parts) > 1 else set()
    for first in range(len(parts)):
        for last in range(first + 1, len(parts) + 1):
            if last - first < len(parts):
                names |= {"_".join(parts[first:last]), "".join(parts[first:last])}
    return {name for name in names - _GENERIC if len(name) > 1}


def asked_words(target: Target, package: CargoPackage, one: CargoDependency) -> set[str]:
    """Every word that may be asked for on a dependency's account."""
    ident = one.name.replace("-", "_")
    return {
        *library_names(target, package, one),
        *_part_names(one.package),
        *(other.name.replace("-", "_") for other in package.manifest.dependencies),
        *_EXPANDED.get(one.package, ()),
        *(f"{ident}{end}" for end in _MACRO_ENDS),
    }


_ATTRIBUTES = {"tracing_test": "traced_test", "test_log": "test_log::test"}
"""Crates whose attribute is called otherwise."""


def _writes_code(graph: LockGraph, crate: str) -> bool:
    """Whether a crate is one of procedural macros, as what it needs says."""
    return any(need.startswith("quote ") for need in graph.needs.get(crate, ()))


class Excuses:
    """Why a dependency that no code names may be needed all the same."""

    def __init__(
        self,
        target: Target,
        package: CargoPackage,
        sources: PackageSources,
        dependencies: list[CargoDependency],
    ) -> None:
        self.target = target
        self.package = package
        self.sources = sources
        self.dependencies = dependencies
        self.idents = {one.name.replace("-", "_") for one in dependencies}
        manifest = package.manifest
        root = cargo_by_folder(target).get(package.workspace or "")
        self.root = root if package.workspace is not None else None
        self.ignored = set(manifest.unused_ignored)
        if self.root is not None:
            self.ignored |= set(self.root.manifest.unused_ignored)
        self.featured = {
            match[1]
            for _, names in manifest.features
            for name in names
            if (match := _FEATURE.fullmatch(name))
        }
        self.generates = any(
            one.section == "build-dependencies" and GENERATORS.fullmatch(one.package)
            for one in dependencies
        )
        names = cargo_by_name(target)
        found = (crate_here(target, one, names) for one in dependencies)
        self.near = [one for one in found if one is not None]
        self.normal = {one.name for one in dependencies if one.section == "dependencies"}

    def hold(self, one: CargoDependency) -> bool:
        ident = one.name.replace("-", "_")
        if one.name in self.ignored or one.package in self.ignored or ident in self.ignored:
            return True
        if one.name in self.featured or UNNAMED.fullmatch(one.package):
            return True
        if one.package == self.package.manifest.package:
            return True  # itself, to switch features on in tests
        if one.section != "dependencies" and one.name in self.normal:
            return True
        if _SWITCHES.intersection(self._features(one)) or "bundled" in "".join(self._features(one)):
            return True
        if _LINKED.intersection(self._given_above(one)):
            return True
        if "artifact" in self.target.line(one.place.path, one.place.line or 0):
            return True
        if any(version.startswith("=") for version in (one.version, *self._above(one))):
            return True  # held at one version for others that use it
        return (
            self._explained(one)
            or self._for_another(one)
            or self._needed_by_macro(one.package, ident)
            or self._needed_by_own_macro(ident)
            or self._expanded_from(ident)
            or self._emitted(ident)
            or self._applied(ident)
            or self._written_for_new(one)
            or self._generated(one)
            or self._renamed(one)
            or self._elsewhere(one, ident)
            or (one.section == "dev-dependencies" and self._told_of(ident))
        )

    def _told_of(self, ident: str) -> bool:
        """Whether a document has developers put an attribute of a crate of tests on theirs."""
        words = (f"#[{ident}", *(f"#[{word}" for word in _EXPANDED.get(ident, ())))
        words += (f"#[{_ATTRIBUTES[ident]}",) if ident in _ATTRIBUTES else ()
        return any(
            path.endswith(".md") and any(word in self.target.text(path) for word in words)
            for path in self.target.documents
        )

    def _for_another(self, one: CargoDependency) -> bool:
        """It is listed for a crate that is used: for features of what that needs, or since that
        one's macros expand to its name."""
        features = self._features(one)
        names = cargo_by_name(self.target)
        if one.features and (one.inherited or one.path) and one.package in names:
            # A crate of the repository: for what it offers to tests, or to others that use it.
            if one.section == "dev-dependencies":
                return True
            if any(
                need.package == one.package and not set(one.features).issubset(need.features)
                for near in self.near
                for need in near.manifest.dependencies
            ) and not self._has_without(one):
                return True
        graph = self._graph()
        if graph is None:
            return False
        own = set(graph.nodes(one.package))
        for other in self.dependencies:
            if other is one or other.path or other.package in names:
                continue
            word = other.name.replace("-", "_")
            needs = {need for node in graph.nodes(other.package) for need in graph.needs[node]}
            if not own & needs or not self.sources.holds(word):
                continue
            if features or not one.default_features:
                return True
            if other.package not in _HYGIENIC and self.sources.calls_macro_of(word):
                return True
        return False

    def _has_without(self, one: CargoDependency) -> bool:
        """Whether another crate of the repository that is used takes one with the same features."""
        names = cargo_by_name(self.target)
        mine = self.package.manifest.package
        return any(
            need.package == one.package
            and need.section == "dependencies"
            and not (need.optional or need.platform)
            and set(one.features).issubset(need.features)
            for other in self.dependencies
            # The package itself is listed to be tested with other features, and what only its
            # tests list switches on nothing for others.
            if other.section == "dependencies" and not other.optional and other.package != mine
            if (near := crate_here(self.target, other, names)) is not None
            if self.sources.holds(near.manifest.package.replace("-", "_"))
            for need in near.manifest.dependencies
        )

    def is_light(self, one: CargoDependency, unused: list[CargoDependency]) -> bool:
        """Whether a build saves nothing surely when it goes: it is a crate of the repository, no
        lock file tells, or Cargo.lock keeps the crate for another one that needs it."""
        if one.path or (one.inherited and one.package in cargo_by_name(self.target)):
            return True
        graph = self._graph()
        if graph is None or not HEAVY.fullmatch(one.package):
            return True
        gone = {node for other in unused for node in graph.nodes(other.package)}
        own = set(graph.nodes(one.package))
        mine = self.package.manifest.package
        here = frozenset(graph.needs) - graph.foreign
        kept: set[str] = set()
        for node in sorted(here):
            needs = set(graph.needs[node])
            if node.partition(" ")[0] == mine:
                needs -= gone
            for need in sorted(needs - kept):
                kept |= graph.below(need, here)
        return not own or not own.isdisjoint(kept)

    def is_doubtful(self, one: CargoDependency, kept: list[CargoDependency]) -> bool:
        """Whether a crate of macros that is in use needs it too: they may expand to its name."""
        graph = self._graph()
        if graph is None:
            return False
        own = set(graph.nodes(one.package))
        for other in kept:
            if other.package in _HYGIENIC:
                continue
            needs = {need for node in graph.nodes(other.package) for need in graph.needs[node]}
            if own & needs and any(
                need.startswith(("quote ", f"{other.package}-"))
                and (need.startswith("quote ") or _writes_code(graph, need))
                for need in needs
            ):
                return True
        return False

    def _graph(self) -> LockGraph | None:
        package = self.package
        folder = package.folder if package.workspace is None else package.workspace
        path = posixpath.join(folder, "Cargo.lock")
        return self.target.parse(read_cargo_lock, path) if self.target.has(path) else None

    @cached_property
    def _shared(self) -> Counter[str]:
        """How many packages of the workspace take a dependency of its root."""
        return Counter(
            one.name
            for package in cargo_packages(self.target)
            if package.workspace is not None and package.workspace == self.package.workspace
            for one in package.manifest.dependencies
            if one.inherited
        )

    def _features(self, one: CargoDependency) -> tuple[str, ...]:
        """What it is listed with; what the root adds is switched on by any other package that takes
        it from there."""
        if not one.inherited or self.root is None:
            return one.features
        if self._shared[one.name] > 1:
            return one.features
        above = [
            other
            for other in self.root.manifest.dependencies
            if other.name == one.name and other.section == "dependencies"
        ]
        return (*one.features, *(feature for other in above for feature in other.features))

    def _given_above(self, one: CargoDependency) -> Iterator[str]:
        """The features that the workspace gives to a dependency, whoever takes it."""
        if one.inherited and self.root is not None:
            for other in self.root.manifest.dependencies:
                if other.name == one.name and other.section == "dependencies":
                    yield from other.features

    def _above(self, one: CargoDependency) -> Iterator[str]:
        """The versions that the workspace gives to a dependency."""
        if one.inherited and self.root is not None:
            for other in self.root.manifest.dependencies:
                if other.name == one.name and other.section == "dependencies":
                    yield other.version

    def _explained(self, one: CargoDependency) -> bool:
        """A comment beside or above gives a reason, or the version is capped: it is there for what
        others take."""
        path, line = one.place.path, one.place.line or 0
        if "<" in one.version:
            return True
        if _BECAUSE.search(self.target.line(path, line)[:_LINE]):
            return True
        above = line - 1
        while above > 0 and _WHY_LINE.match(self.target.line(path, above)):
            if _BECAUSE.search(self.target.line(path, above)[:_LINE]):
                return True
            above -= 1
        # What heads a block of lines holds for all of them.
        while above > 0 and (text := self.target.line(path, above).strip()) and text[0] != "[":
            if text[0] == "#":
                return _BECAUSE.search(text[:_LINE]) is not None
            above -= 1
        return False

    def _needed_by_macro(self, package: str, ident: str) -> bool:
        holds = self.sources.holds
        if any(holds(other) for other in _EXPANDED.get(package, ())):
            return True
        return any(f"{ident}{end}" in self.idents and holds(f"{ident}{end}") for end in _MACRO_ENDS)

    def _needed_by_own_macro(self, ident: str) -> bool:
        """A macro of the same repository, which the package depends on, may expand to the name."""
        known = macro_words(self.target)
        return any(ident in known.get(other.folder, ()) for other in self.near)

    def _expanded_from(self, ident: str) -> bool:
        """A procedural macro of the same repository that is called here, perhaps by the name that
        another crate gives it out under, expands to the name."""
        return any(ident in macros.named for macros in self._called)

    def _emitted(self, ident: str) -> bool:
        """A macro of the same repository that is called here expands to an attribute, derive or
        macro of that crate, by whatever path: what this one expands to begins with its name."""
        return ident in self._emitted_words or not self._emitted_words.isdisjoint(
            given_out(self.target).get(ident, ())
        )

    @cached_property
    def _emitted_words(self) -> frozenset[str]:
        near = {self.package.path, *self._below}
        return frozenset(
            word
            for macro in emitting_macros(self.target)
            if macro.package.path in near
            if any(
                macro.name in text and macro.call.search(self.sources.code(path))
                for path, text in self.sources.texts.items()
            )
            for word in macro.words
        )

    def _applied(self, ident: str) -> bool:
        """An attribute or derive of that crate is applied that another crate of the repository
        gives out."""
        near = {other.folder: other for other in crates_beneath(self.target, self.package)}
        for word, folders in given_out(self.target).get(ident, {}).items():
            givers = frozenset(
                need.name.replace("-", "_")
                for need in self.dependencies
                if (one := crate_here(self.target, need, cargo_by_name(self.target))) is not None
                if one.folder in near
            )
            if near.keys() & folders and any(
                word in text and is_applied(self.sources.code(path), word, givers)
                for path, text in self.sources.texts.items()
            ):
                return True
        return False

    def _written_for_new(self, one: CargoDependency) -> bool:
        """The repository writes manifests with it for new packages that build on the same crate of
        its own: what these need without naming it, this one needs as well."""
        near = {other.manifest.package for other in self.near}
        return any(
            one.package in names and not near.isdisjoint(names - {one.package})
            for names in written_manifests(self.target)
        )

    @cached_property
    def _called(self) -> list[OwnMacros]:
        return [
            macros
            for macros in own_macros(self.target)
            if macros.named
            and macros.package.path in self._below
            and any(macros.calls.search(text) for text in self.sources.texts.values())
        ]

    @cached_property
    def _below(self) -> frozenset[str]:
        return frozenset(one.path for one in crates_beneath(self.target, self.package))

    def _generated(self, one: CargoDependency) -> bool:
        """Code that is not in the repository may name it: a build script writes some, or a macro
        does from a specification."""
        written = self.sources.written
        if written is None and self.generates and one.section == "dependencies":
            return True
        if one.section in self.sources.generated or one.package in (written or ()):
            return True
        # A build script that writes code itself has the name in a string.
        writes = self.sources.writes or self.generates
        return writes and self.sources.spells(one.name.replace("-", "_"))

    def _renamed(self, one: CargoDependency) -> bool:
        """The library may be called by a part of the package's name (``rust-ini`` → ``ini``)."""
        if one.package != one.name or crate_here(self.target, one, cargo_by_name(self.target)):
            return False  # what it is called is known
        names = _part_names(one.package) - self.idents
        return any(self.sources.roots(name) for name in sorted(names))

    def _elsewhere(self, one: CargoDependency, ident: str) -> bool:
        """Templates that are compiled, and the README when it is tested, name crates too."""
        folder = self.package.folder
        wanted: list[str] = []
        if _TEMPLATED & self.idents:
            wanted = [path for path in self.target.below(folder) if _TEMPLATES.fullmatch(path)]
        if one.section == "dev-dependencies":
            wanted += [posixpath.join(folder, "README.md"), "README.md"]
        return any(f"{ident}::" in self.target.text(path) for path in wanted)
