"""The Rust files of a package: which crates they name, and where code is taken in that a build
script, a macro or a generator writes.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.packages import CargoPackage
from pytest_reconaudit.facts.rust.crate_names import (
    IN_GROUP,
    READING,
    WORD,
    is_meant,
    is_named,
    is_plainly_named,
    statement_before,
    word_pattern,
)
from pytest_reconaudit.facts.rust.sources import borrowed, rust_files
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.rust_text import code_of, noise_of, words_of
from pytest_reconaudit.target import Target

__all__ = ["GENERATORS", "PackageSources"]

GENERATORS = regex(
    r"(?:prost|tonic|protobuf|protoc|grpcio|flatbuffers?|flatc|capnpc?|lalrpop|bindgen|cbindgen"
    r"|uniffi|cxx|thrift|volo|pilota|progenitor|typify|openapi|pbjson|micropb|quick-protobuf|pb-rs"
    r"|rust-peg|peg|phf_codegen|cynic|tauri|slint|napi|anchor|buffa|connect)"
    r"(?:$|[-_].*)"
)
"""Build dependencies that write Rust code; what only sets variables or constants names no crate."""
_OF_PROTOBUF = ("prost", "prost-types", "bytes")
_OF_GRPC = (*_OF_PROTOBUF, "tonic", "tonic-prost", "http", "async-trait", "futures-core", "futures")
_OF_TAURI = ("tauri", "tauri-utils", "serde", "serde_json")
_WRITTEN = {
    "prost-build": _OF_PROTOBUF,
    "tonic-build": _OF_GRPC,
    "tonic-prost-build": _OF_GRPC,
    "pbjson-build": ("pbjson", "pbjson-types", "serde", "chrono"),
    "protobuf-codegen": ("protobuf", "protobuf-support", "bytes", "serde"),
    "protoc-bin-vendored": (),
    "protobuf-src": (),
    "bindgen": ("libc",),
    "cbindgen": (),
    "cxx-build": ("cxx",),
    "tauri-build": _OF_TAURI,
    "tauri-plugin": _OF_TAURI,
    "napi-build": ("napi", "napi-derive", "ctor", "once_cell"),
    "flatc-rust": ("flatbuffers",),
    "capnpc": ("capnp", "capnp-rpc"),
    "phf_codegen": ("phf",),
}
"""Build dependency → crates that the code which it writes may name; more only where the build
script says so. Of generators that are not listed it is not known."""
_GENERATED = regex(
    r"include_proto!|OUT_DIR|\binclude!\s*\(\s*env!|include_bytes_from_out|slint::include_modules"
)
_OUT_DIR = "OUT_DIR"
_STARTED = regex(r"\bCommand::new\s*\(\s*(?:\"([^\"\n]*)\")?")
_PLAIN_PROGRAMS = frozenset(
    {"git", "hg", "rustc", "date", "hostname", "npm", "npx", "pnpm", "yarn", "bun", "node", "sh"}
)
"""Programs that build scripts start to learn a version or to build a front end."""
_NAMING_NONE = regex(
    r"static-files|vergen.*|built|cargo[_-]toml|cargo_metadata|cargo-lock|ureq|reqwest|curl|zip"
    r"|tar|flate2|zstd|brotli|sha-?[12](?:_smol|-smol)?|md-?5|hex|blake3|anyhow|thiserror|eyre"
    r"|serde|serde_(?:json|ya?ml|derive)|toml(?:_edit)?|glob|globset|walkdir|ignore|regex|cc|cmake"
    r"|pkg-config|vcpkg|chrono|time|jiff|url|rustc[_-]version|rustversion|autocfg|version_check"
    r"|semver|git2|gix|git-version|which|tempfile|temp-dir|fs_extra|dunce|path-slash|lazy_static"
    r"|once_cell|log|env_logger|itertools|heck|indoc|dotenvy?|embed-resource|winres\w*|minify.*|rand"
    r"|lightningcss|grass|rsass|sass-rs|tokio|futures|futures-util|fs-err|camino|csv|base64|image"
    r"|filetime|clap_complete|clap_mangen|clap|shadow-rs|bytes|uuid|percent-encoding"
)
"""Build dependencies that write no code which names a crate, but for their own."""
_GENERATING = regex(
    r"\b(?:generate_api|import_types|generate_cpi_crate|declare_program|rosmsg_include"
    r"|generate_interfaces|generate_client_code|generate_server_code|abigen"
    r"|schemafy|component::bindgen|wit_bindgen::generate|vulkano_shaders::shader)!\s*[({\[]"
    r"|#\[\s*subxt(?:::subxt)?\s*\("
)
"""Macros that write a client or types from a specification, with whatever crates that asks for."""
_GENERATE_WORDS = (
    "include_proto!", "OUT_DIR", "env!", "from_out", "include_modules", "generate_",
    "import_types!", "declare_program!", "rosmsg_include!", "abigen!", "schemafy!", "::bindgen!",
    "wit_bindgen", "vulkano_shaders", "subxt",
)  # fmt: skip
"""One of them is in every text that :data:`_GENERATED` or :data:`_GENERATING` matches."""
_FROM_FILE = regex(
    r"!\s*[({\[]\s*(?:\w+\s*[=:]\s*)?r?#{0,3}\"([^\"\n]{1,200}\.(?:json|ya?ml|toml|proto|graphqls?|gql|wit"
    r"|wsdl|xsd|xml|avsc|avdl|avpr|thrift|idl|abi|fbs|capnp|cddl|scale|asn1?|smithy|raml))\""
)
_CALLED = regex(r"\w+\Z")
_TESTED = regex(r"#\[\s*cfg\s*\(\s*(?:all\s*\(\s*)?test\b")


class PackageSources:
    """The Rust files of a package; each question is asked of the cheapest form first."""

    def __init__(self, target: Target, package: CargoPackage, wanted: set[bytes]) -> None:
        own = list(rust_files(target, package.folder))
        declared = [path for _, path in (*package.bins, *package.tests, *package.benches)]
        build = package.manifest.build
        if build and build != "false":
            declared.append(posixpath.normpath(posixpath.join(package.folder, build)))
        more = [one for path in own for one in borrowed(target, path)]
        more += [one for one in (package.lib, *declared) if one and target.has(one)]
        self.target = target
        self.package = package
        self.texts = {path: target.text(path) for path in dict.fromkeys([*own, *more])}
        self.holding: dict[bytes, list[str]] = {}
        """Word that is asked for → the files that hold it, comments included."""
        for path, text in self.texts.items():
            for word in words_of(text) & wanted:
                self.holding.setdefault(word, []).append(path)
        self._codes: dict[str, str] = {}
        self._noise: dict[str, list[re.Match[str]]] = {}

    @property
    def script(self) -> str:
        """Where the build script lies when there is one."""
        build = self.package.manifest.build or "build.rs"
        return posixpath.normpath(posixpath.join(self.package.folder, build))

    def code(self, path: str) -> str:
        if path not in self._codes:
            self._codes[path] = code_of(self.texts[path], self.noise(path))
        return self._codes[path]

    def noise(self, path: str) -> list[re.Match[str]]:
        """Every comment, string and character of a file."""
        known = self._noise.get(path)
        if known is None:
            known = self._noise[path] = list(noise_of(self.texts[path]))
        return known

    def around(self, path: str, ident: str) -> Iterator[re.Match[str]]:
        """The comments, strings and characters of a file that hold a text, in order."""
        noise, text = self.noise(path), self.texts[path]
        at = text.find(ident)
        while at >= 0:
            after = bisect_right(noise, at, key=re.Match.start)
            within = noise[after - 1] if after else None
            if within is not None and at + len(ident) <= within.end():
                yield within
                at = text.find(ident, within.end())
            else:
                at = text.find(ident, at + 1)

    def holds(self, word: str) -> bool:
        """Whether the word occurs anywhere, comments included."""
        return word.encode() in self.holding

    def names(self, ident: str) -> bool:
        """Whether a crate is named in code, an attribute's string or a doc test."""
        holding = self.holding.get(ident.encode(), ())
        if any(is_plainly_named(self.texts[path], ident) for path in holding):
            return True
        if any(is_named(self.code(path), ident) for path in holding):
            return True
        return any(is_meant(match, ident) for path in holding for match in self.around(path, ident))

    def spells(self, ident: str) -> bool:
        """Whether a word stands in a string."""
        word = word_pattern(ident)
        return any(
            word.search(match[0])
            for path in self.holding.get(ident.encode(), ())
            for match in self.around(path, ident)
            if not match[0].startswith(("//", "/*"))
        )

    def has_word(self, ident: str) -> bool:
        """Whether the word stands in code, be it a variable, a field or a module."""
        word = word_pattern(ident)
        return any(word.search(self.code(path)) for path in self.holding.get(ident.encode(), ()))

    def calls_macro_of(self, ident: str) -> bool:
        """Whether a macro is called by a crate's path, or all macros of a crate are imported."""
        call = re.compile(
            rf"\b{re.escape(ident)}::(?:\w+::)*\w+!"
            rf"|#\[macro_use\][^;]{{0,80}}\bextern\s+crate\s+{re.escape(ident)}\b"
        )
        holding = self.holding.get(ident.encode(), ())
        return any(call.search(self.code(path)) for path in holding)

    @cached_property
    def generated(self) -> frozenset[str]:
        """For which parts code is generated that is not in the repository: ``dependencies`` and
        ``dev-dependencies``."""
        found: set[str] = set()
        for path, text in self.texts.items():
            for at in self._generating(path, text):
                tested = is_test_path(path)
                if not tested:
                    found.add("dependencies")
                if tested or _TESTED.search(text, 0, at):
                    found.add("dev-dependencies")
        return frozenset(found)

    @cached_property
    def writes(self) -> bool:
        """Whether a build script writes what a file takes in."""
        return any(_OUT_DIR in text for path, text in self.texts.items() if path != self.script)

    @cached_property
    def written(self) -> frozenset[str] | None:
        """The crates that code of build scripts may name though it is not spelled out in them;
        ``None`` where a build dependency or a program that is started may name any."""
        text = self.texts.get(self.script, "")
        started = _STARTED.findall(text)
        if any(name not in _PLAIN_PROGRAMS for name in started) and '"git"' not in text:
            return None
        if any(name and name not in _PLAIN_PROGRAMS for name in started):
            return None
        found: set[str] = set()
        for one in self.package.manifest.dependencies:
            if one.section != "build-dependencies" or _NAMING_NONE.fullmatch(one.package):
                continue
            if one.package not in _WRITTEN:
                return None
            found.update(_WRITTEN[one.package])
        return frozenset(found)

    def _generating(self, path: str, text: str) -> Iterator[int]:
        if "!" not in text and "subxt" not in text:
            return
        # What a build script writes is of no matter until a source takes it in.
        any_name = self.written is None and path != self.script
        patterns = (_GENERATED, _GENERATING) if any_name else (_GENERATING,)
        hinted = any(word in text for word in _GENERATE_WORDS)
        for pattern in patterns if hinted else ():
            for one in pattern.finditer(text):
                if _is_live(text, one):
                    yield one.start()
        for match in _FROM_FILE.finditer(text):
            name = _CALLED.search(text, max(match.start() - 60, 0), match.start())
            if name is None or name[0] in READING or not _is_live(text, match):
                continue
            if any(self.target.has(one) for one in self._places(path, match[1])):
                yield match.start()

    def _places(self, path: str, name: str) -> Iterator[str]:
        """Where a file that a macro is given may lie."""
        package = self.package
        homes = (package.folder, posixpath.dirname(path), package.workspace or "")
        for home in homes:
            yield posixpath.normpath(posixpath.join(home, name.lstrip("/")))

    def roots(self, name: str) -> bool:
        """Whether a word is the first of a path in a file that neither declares nor imports it."""
        holding = self.holding.get(name.encode(), ())
        if not holding:
            return False
        word = re.escape(name)
        brought = re.compile(
            rf"\bmod\s+{word}\b|\buse\s[^;]*[:{{,\s]{word}\s*[,;}}]|\bas\s+{word}\b(?!\s*::)"
        )
        root = re.compile(
            rf"(?:\buse\s+(?:::)?|\bextern\s+crate\s+|(?<![{WORD}:.])){word}(?:\s*::|;)"
        )
        codes = [self.code(path) for path in holding]
        if any(re.search(rf"\bextern\s+crate\s+{word}\b", code) for code in codes):
            return True
        return any(
            any(
                not IN_GROUP.search(statement_before(code, at.start()))
                for at in root.finditer(code)
            )
            and not brought.search(code)
            for code in codes
        )


def _is_live(text: str, match: re.Match[str]) -> bool:
    """Whether a match stands in no line comment."""
    return "//" not in text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
