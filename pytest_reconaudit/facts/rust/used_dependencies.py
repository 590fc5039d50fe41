"""Dependencies of a cargo package that none of its Rust files names.

A crate is used when the package's code begins a path with its name, imports it, or hands the name
to an attribute or a macro. Where it does not, whatever else may use it is looked for: another
library name, an attribute's string, a doc test, a template, code that a build script generates, a
macro that expands to it, a feature that it switches on.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from msgspec import Struct, structs

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.packages import (
    CargoPackage,
    cargo_by_folder,
    cargo_by_name,
    cargo_packages,
)
from pytest_reconaudit.facts.rust.sources import borrowed, rust_files
from pytest_reconaudit.facts.rust.specimens import is_specimen
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cargo import CargoDependency
from pytest_reconaudit.readers.cargo_lock import LockGraph, read_cargo_lock
from pytest_reconaudit.readers.rust_text import code_of, noise_of, words_of
from pytest_reconaudit.target import Target, once

__all__ = ["CrateUse", "crate_uses", "grouped_crate_uses", "is_for_tests"]

_HEAVY = regex(
    r"aws-sdk-.*|aws-config|rusoto_.*|azure_.*|google-cloud-.*|wasmtime.*|wasmer.*|v8|deno_core"
    r"|rdkafka|rocksdb|tch|candle-.*|polars.*|datafusion.*|arrow|parquet|opencv|openssl|bindgen"
    r"|ffmpeg-.*|gstreamer.*|kube|k8s-openapi|tonic|tensorflow|ort|libp2p|windows"
)
_UNNAMED = regex(
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
_GENERATORS = regex(
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
_READING = frozenset(
    {
        "include_str", "include_bytes", "include_dir", "include", "format", "print", "println",
        "eprint", "eprintln", "write", "writeln", "vec", "assert", "assert_eq", "assert_ne",
        "panic", "concat", "json", "trace", "debug", "info", "warn", "error", "path", "matches",
        "include_toml", "static_toml", "dbg", "env", "anyhow", "bail", "ensure", "load_yaml",
        "expect_file", "include_json",
    }
)  # fmt: skip
"""Macros to which the name of a file is a text, or that give its content as it is."""
_CALLED = regex(r"\w+\Z")
_TESTED = regex(r"#\[\s*cfg\s*\(\s*(?:all\s*\(\s*)?test\b")
_MACRO = regex(
    r"#\[\s*proc_macro(?:_attribute)?\s*\](?:\s*#\[[^\]]{0,200}\])*\s*pub\s+fn\s+(\w+)"
    r"|#\[\s*proc_macro_derive\s*\(\s*(\w+)"
)
_QUOTED = regex(r"\b(?:parse_)?quote(?:_\w+)?!\s*([({\[])")
_SPELLED = regex(
    r"\bparse_str\b|\bTokenStream\w*::from_str\b|\bparse\s*::\s*<\s*(?:\w+::)*TokenStream"
)
"""Code that is put together as a text."""
_RULES = regex(r"\bmacro_rules!\s*\w+\s*([({\[])")
_ROOT = regex(r"(?<![\w:#$])(?:::\s*)?([a-z_]\w*)\s*::")
_BEFORE_PATH = regex(r"(\w+)::")
_BARE = regex(r"\b(?:use|extern\s+crate)\s+(?:::\s*)?([a-z_]\w*)\s*[;{]|#\[\s*([a-z_]\w*)\s*[(\]]")
"""A crate that is brought in whole, or an attribute, which a derive's crate may own."""
_DERIVES = regex(r"\bderive\s*\(([^()]{1,600})\)")
_LAST_WORD = regex(r"\b(\w+)\s*(?:,|\Z)")
_DERIVED = {
    "serde": ("Serialize", "Deserialize"),
    "thiserror": ("Error",),
    "clap": ("Parser", "Subcommand", "Args", "ValueEnum"),
    "schemars": ("JsonSchema",),
    "utoipa": ("ToSchema", "IntoParams", "ToResponse", "IntoResponses", "OpenApi"),
    "sqlx": ("FromRow", "Type"),
    "diesel": (
        "Queryable", "QueryableByName", "Insertable", "Selectable", "Identifiable", "AsChangeset",
        "Associations", "AsExpression", "FromSqlRow", "QueryId", "SqlType", "DbEnum",
    ),
    "sea_orm": ("DeriveEntityModel", "DeriveRelation", "FromQueryResult", "EnumIter"),
    "async_graphql": ("SimpleObject", "InputObject", "Enum", "Union", "Interface"),
    "juniper": ("GraphQLObject", "GraphQLInputObject", "GraphQLEnum", "GraphQLUnion"),
    "borsh": ("BorshSerialize", "BorshDeserialize", "BorshSchema"),
    "prost": ("Message", "Enumeration", "Oneof"),
    "strum": (
        "EnumString", "EnumIter", "EnumCount", "AsRefStr", "IntoStaticStr", "VariantNames",
        "Display", "EnumDiscriminants", "FromRepr",
    ),
    "num_traits": ("FromPrimitive", "ToPrimitive"),
    "derive_more": (
        "Display", "From", "Into", "Deref", "DerefMut", "AsRef", "Constructor", "FromStr", "Add",
    ),
    "validator": ("Validate",),
    "zeroize": ("Zeroize", "ZeroizeOnDrop"),
    "ts_rs": ("TS",),
    "specta": ("Type",),
    "rkyv": ("Archive",),
    "bincode": ("Encode", "Decode"),
    "codec": ("Encode", "Decode"),
    "parity_scale_codec": ("Encode", "Decode", "MaxEncodedLen"),
    "scale_info": ("TypeInfo",),
    "arbitrary": ("Arbitrary",),
    "proptest": ("Arbitrary",),
    "fake": ("Dummy",),
    "async_trait": ("async_trait",),
    "bytemuck": ("Pod", "Zeroable"),
    "zerocopy": ("FromBytes", "IntoBytes", "AsBytes", "FromZeroes", "KnownLayout"),
    "minicbor": ("Encode", "Decode"),
    "poem_openapi": ("Object", "Union", "Enum", "ApiResponse", "Tags"),
}  # fmt: skip
"""Crate → derives of it; what these expand to begins with its name, wherever they come from."""
_OF_DERIVE: dict[str, tuple[str, ...]] = {
    derive: tuple(crate for crate, derives in _DERIVED.items() if derive in derives)
    for derive in {one for derives in _DERIVED.values() for one in derives}
}
_LISTS = "[dependencies]"
_LISTED = regex(r'(?m)^[ \t]*"?([A-Za-z_][\w-]*)"?(?:\.[\w.-]+)?[ \t]*=')
_ENDS = regex(r'(?m)^[ \t]*\[|"#|"(?=\s*[,;).])')
_LONGEST_LIST = 6_000
_MOST_QUOTED = 20_000
_MANY = 8
"""Packages of one workspace whose findings are told one by one."""
_WORKSPACE = regex(r"(?m)^\s*\[\s*workspace\b")
_TEMPLATES = regex(r".*\.(?:html?|stpl|askama|rinja|jinja2?|j2|txt|xml|lalrpop|pest|in|slint|tera)")
_TEMPLATED = frozenset(
    {"askama", "rinja", "sailfish", "ructe", "lalrpop", "horrorshow", "tinytemplate"}
)
_BECAUSE = regex(
    r"#.*\b(?:feature|transitive|pin(?:ned|s)?|minimal|version|need(?:ed|s)?|require[sd]?|enabled?"
    r"|enables|link(?:s|ed|ing)?|force[sd]?|msrv|override|workaround|unif\w+|indirect\w*|generated"
    r"|macros?|expan\w+|keep|sync|must|used (?:by|in|for)|necessary|hack|static(?:ally)?|vendor\w*"
    r"|compat\w*|unused|not used|cve|rustsec|machete|wasm|doc(?:s|tests?)?|upgrad\w+|downgrad\w+"
    r"|temporar\w+|remov\w+|unlock\w*|convince|avoid\w*|prevent\w*|ensure\w*|allows?|because|since|resol\w+)\b",
    re.IGNORECASE,
)
_ASIDE = regex(r"(?:^|/)(?:examples?|demos?|templates?|playground|sandbox|vendored|tests?)/")
"""Packages to be copied from: what they list is meant for who goes on with them."""
_FLAGS = {"dev-dependencies": " --dev", "build-dependencies": " --build"}
"""How ``cargo remove`` is told the section."""
_TESTING = regex(
    r"^(?:e2e|tests?|testing|integration|acceptance)$|^(?:e2e|tests?|testing|integration-tests?)[-_]"
    r"|[-_](?:tests?|testing|e2e)$"
)
"""Names of folders and packages that are there to test others."""
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
_WORD = "A-Za-z0-9_"


class CrateUse(Struct, frozen=True, eq=False):
    """A package's dependencies against its code."""

    package: CargoPackage
    judged: int
    files: int
    """Rust files that were searched."""
    unused: tuple[CargoDependency, ...]
    """In the manifest's order."""
    members: tuple[CrateUse, ...] = ()
    """At the root of a workspace with unused dependencies in many packages: these, by path; what
    is not heavy is told of them here, and not of each."""
    place: Place | None = None
    """Where the workspace begins, with ``members``."""
    light: frozenset[str] = frozenset()
    """Names of those whose removal surely saves no build: crates of the repository, and what
    Cargo.lock holds for another package too."""
    doubtful: frozenset[str] = frozenset()
    """Names that macros in use may expand to, since their crates need them too, and those that
    stand in the code as other words."""
    words: frozenset[str] = frozenset()
    """Names that variables, fields or modules of the code have as well."""
    dead: tuple[CargoDependency, ...] = ()
    """All of ``[build-dependencies]`` where the package has no build script that could use it."""

    for_tests: bool = False
    """The package is there to test others."""

    def of(self, kind: str) -> tuple[CargoDependency, ...]:
        """``heavy``, ``usual``, or ``dev`` for those of tests, whatever they weigh."""
        return tuple(one for one in self.unused if self._kind(one) == kind)

    def removal(self, unused: tuple[CargoDependency, ...]) -> str:
        """The commands that take dependencies out of their sections, a line each."""
        sections: dict[str, dict[str, None]] = {}
        for one in unused:
            platform = f" --target '{one.platform}'" if one.platform else ""
            flags = f"{_FLAGS.get(one.section, '')}{platform}"
            sections.setdefault(flags, {})[one.name] = None
        package = self.package.manifest.package
        return "\n".join(
            f"cargo remove -p {package}{flags} {' '.join(names)}"
            for flags, names in sections.items()
        )

    def other_words(self, unused: tuple[CargoDependency, ...]) -> str:
        """What says that a search for a name finds something else; empty when it finds nothing."""
        words = [one.name for one in unused if one.name in self.words]
        if not words:
            return ""
        listed = ", ".join(words[:3]) + (" …" if len(words) > 3 else "")
        return f" ({listed}: only as a variable, field or module of that name)"

    def _kind(self, dependency: CargoDependency) -> str:
        if dependency.section == "dev-dependencies":
            return "dev"
        is_heavy = dependency.name not in self.light and _HEAVY.fullmatch(dependency.package)
        return "heavy" if is_heavy else "usual"


def is_for_tests(package: CargoPackage) -> bool:
    """Whether a package is there to test others, as its name or a folder's on its path says."""
    names = (*package.folder.split("/"), package.manifest.package)
    return any(_TESTING.search(name) for name in names)


@once
def crate_uses(target: Target) -> tuple[CrateUse, ...]:
    """Every package that has Rust files and dependencies which can be judged, by path."""
    found = (_package(target, one) for one in cargo_packages(target))
    return tuple(one for one in found if one is not None)


@once
def grouped_crate_uses(target: Target) -> tuple[CrateUse, ...]:
    """As :func:`crate_uses`, with what one would mend at one go in one record.

    Where more than eight packages of a workspace have unused dependencies, nobody looks for them:
    the workspace's root stands for those packages, which are left with what is heavy.
    """
    uses = crate_uses(target)
    lax: dict[str, list[CrateUse]] = {}
    for one in uses:
        if one.package.workspace is not None and (one.of("usual") or one.of("dev")):
            lax.setdefault(one.package.workspace, []).append(one)
    many = {root: tuple(members) for root, members in lax.items() if len(members) > _MANY}
    folded = {one.package.path for members in many.values() for one in members}
    found = {
        one.package.path: structs.replace(one, unused=heavy) if one.package.path in folded else one
        for one in uses
        if (heavy := one.of("heavy")) or one.package.path not in folded
    }
    for folder, members in many.items():
        root = cargo_by_folder(target)[folder]
        alone = found.get(root.path) or CrateUse(root, 0, 0, ())
        found[root.path] = structs.replace(alone, members=members, place=_begins(target, root))
    return tuple(found[path] for path in sorted(found))


def _begins(target: Target, root: CargoPackage) -> Place:
    text = target.text(root.path)
    match = _WORKSPACE.search(text)
    return Place(root.path, text.count("\n", 0, match.end()) + 1 if match else 1, 1)


class _OwnMacros(Struct, frozen=True):
    """A crate of macros in the repository."""

    package: CargoPackage
    calls: re.Pattern[str]
    """A call of one of them: ``name!``, ``#[name``, ``#[derive(…, Name``."""
    named: frozenset[str]
    """Crates that stand first in a path of what they expand to."""


@once
def _own_macros(target: Target) -> tuple[_OwnMacros, ...]:
    found = []
    for package in cargo_packages(target):
        if not package.manifest.proc_macro:
            continue
        texts = [target.text(path) for path in rust_files(target, package.folder)]
        names = {one[1] or one[2] for text in texts for one in _MACRO.finditer(text)}
        if not names:
            continue
        # What writes the code may stand in a crate that the one of the macros uses.
        parts = [package, *_beneath(target, package)]
        named = {
            name
            for part in parts
            for path in rust_files(target, part.folder)
            if "quote" in target.text(path)
            for name in _quoted(target.text(path))
        }
        words = "|".join(re.escape(name) for name in sorted(names))
        calls = re.compile(
            rf"\b(?:{words})!|#!?\[\s*(?:\w+::)*(?:{words})\b"
            rf"|\bderive\s*\([^()]*\b(?:{words})\b"
        )
        found.append(_OwnMacros(package, calls, frozenset(named)))
    return tuple(found)


def _quoted(text: str) -> Iterator[str]:
    """The crates that what a file quotes may name: words that begin a path, those that are brought
    in whole, attributes, and the crates of derives."""
    code = code_of(text)
    end = 0
    for match in _QUOTED.finditer(code):
        at = match.end()
        if at <= end:
            continue  # within the one before
        end = _closing(code, at, match[1])
        for root in _ROOT.finditer(code, at, end):
            yield root[1]
        for bare in _BARE.finditer(code, at, end):
            yield bare[1] or bare[2]
        for derives in _DERIVES.finditer(code, at, end):
            for word in _LAST_WORD.findall(derives[1]):
                yield from _OF_DERIVE.get(word, ())


@once
def _manifests_written(target: Target) -> tuple[frozenset[str], ...]:
    """What each manifest that the repository writes for new packages lists: a text in the code of
    a generator, or a template beside it."""
    paths = [path for path in target.everything if path.endswith(".rs")]
    paths += target.named("Cargo.toml.*", "Cargo.toml_*", "_Cargo.toml")
    found = []
    for path in paths:
        text = target.text(path)
        at = text.find(_LISTS)
        while at >= 0:
            at += len(_LISTS)
            part = text[at : at + _LONGEST_LIST].replace("\\n", "\n")
            ends = _ENDS.search(part)
            end = len(part) if ends is None else ends.start()
            names = _LISTED.findall(part, 0, end)
            if len(names) > 1:
                found.append(frozenset(names))
            at = text.find(_LISTS, at + end)
    return tuple(dict.fromkeys(found))


def _in_macros(code: str) -> Iterator[str]:
    """The words before ``::`` in the rules of a file's macros."""
    for match in _RULES.finditer(code):
        at = match.end()
        yield from _BEFORE_PATH.findall(code, at, _closing(code, at, match[1]))


def _closing(code: str, at: int, opening: str) -> int:
    """Where a bracket closes that is open before a place."""
    closing = {"(": ")", "[": "]", "{": "}"}[opening]
    depth = 1
    last = min(len(code), at + _MOST_QUOTED)
    while depth and at < last:
        depth += (code[at] == opening) - (code[at] == closing)
        at += 1
    return at


@once
def _called_otherwise(target: Target) -> dict[str, str]:
    """Name in a ``[workspace.dependencies]`` → the package of the repository that is meant."""
    return {
        one.name: one.package
        for package in cargo_packages(target)
        if package.manifest.is_workspace
        for one in package.manifest.dependencies
        if one.path and one.name != one.package
    }


def _here(
    target: Target, need: CargoDependency, names: dict[str, CargoPackage]
) -> CargoPackage | None:
    """The package of the repository that a dependency is."""
    if not (need.inherited or need.path):
        return None
    near = names.get(need.package)
    if near is None and need.inherited:
        other = _called_otherwise(target).get(need.name)
        near = names.get(other) if other else None
    return near


def _beneath(target: Target, package: CargoPackage) -> list[CargoPackage]:
    """The packages of the repository that one depends on, directly or not."""
    names = cargo_by_name(target)
    found: dict[str, CargoPackage] = {}
    pending = [package]
    while pending:
        for need in pending.pop().manifest.dependencies:
            near = _here(target, need, names)
            if near is not None and near.path not in found and near is not package:
                found[near.path] = near
                pending.append(near)
    return list(found.values())


@once
def _macro_words(target: Target) -> dict[str, frozenset[str]]:
    """Folder of a package → the words before ``::`` in what its macros expand to."""
    found = {}
    for package in cargo_packages(target):
        words: set[str] = set()
        for path in rust_files(target, package.folder):
            text = target.text(path)
            if "quote" in text and _QUOTED.search(text):
                words.update(_BEFORE_PATH.findall(text) if _SPELLED.search(text) else _quoted(text))
            elif "macro_export" in text:
                words.update(_in_macros(code_of(text)))
        if words:
            found[package.folder] = frozenset(words)
    return found


class _Sources:
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

    def holds(self, word: str) -> bool:
        """Whether the word occurs anywhere, comments included."""
        return word.encode() in self.holding

    def names(self, ident: str) -> bool:
        """Whether a crate is named in code, an attribute's string or a doc test."""
        holding = self.holding.get(ident.encode(), ())
        if any(_plainly(self.texts[path], ident) for path in holding):
            return True
        if any(_is_crate(self.code(path), ident) for path in holding):
            return True
        return any(_is_meant(match, ident) for path in holding for match in self.noise(path))

    def spells(self, ident: str) -> bool:
        """Whether a word stands in a string."""
        word = _word(ident)
        return any(
            word.search(match[0])
            for path in self.holding.get(ident.encode(), ())
            for match in self.noise(path)
            if not match[0].startswith(("//", "/*"))
        )

    def has_word(self, ident: str) -> bool:
        """Whether the word stands in code, be it a variable, a field or a module."""
        word = _word(ident)
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
            if name is None or name[0] in _READING or not _is_live(text, match):
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
            rf"(?:\buse\s+(?:::)?|\bextern\s+crate\s+|(?<![{_WORD}:.])){word}(?:\s*::|;)"
        )
        codes = [self.code(path) for path in holding]
        if any(re.search(rf"\bextern\s+crate\s+{word}\b", code) for code in codes):
            return True
        return any(
            any(not _IN_GROUP.search(_statement(code, at.start())) for at in root.finditer(code))
            and not brought.search(code)
            for code in codes
        )


def _statement(code: str, at: int) -> str:
    """What stands before a place since the last ``;``."""
    first = max(at - _MOST_QUOTED, 0)
    return code[max(code.rfind(";", first, at) + 1, first) : at]


_IN_GROUP = regex(r"\buse\s+(?:::\s*)?\w+(?:\s*::\s*\w+)*\s*::\s*\{[^;]*\Z")
"""Before what a crate or module is named in front of: ``use rustix::{fs``."""


def _is_live(text: str, match: re.Match[str]) -> bool:
    """Whether a match stands in no line comment."""
    return "//" not in text[text.rfind("\n", 0, match.start()) + 1 : match.start()]


def _word(ident: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![{_WORD}]){re.escape(ident)}(?![{_WORD}])")


def _plainly(text: str, ident: str) -> bool:
    """Whether a line of code begins a path with the word, as far as can be told without reading the
    file."""
    if "/*" in text:
        return False
    at = text.find(ident)
    while at >= 0:
        end = at + len(ident)
        before = text[text.rfind("\n", 0, at) + 1 : at]
        if text.startswith("::", end) and not (
            before[-1:].isalnum() or before.endswith(("_", ":", "."))
        ):
            begins = before.lstrip().startswith(("use ", "pub use ")) and "{" not in before
            if begins or not any(mark in before for mark in ('"', "//", "'")):
                # What stands in a group may belong to what stands before it.
                group = not begins and not before.strip(" \t")
                if not group and not _brings(text, ident):
                    return True
        at = text.find(ident, end)
    return False


def _brings(text: str, ident: str) -> bool:
    """Whether a file declares a module of a name, or takes one in from elsewhere."""
    # `pid as libc::pid_t` is a cast, `use x as libc;` takes one in.
    if re.search(rf"\bmod\s+(?:r#)?{ident}\b|\bas\s+{ident}\b(?!\s*::)", text):
        return True
    last = re.compile(rf"(?<![{_WORD}]){ident}\s*[,;}}]")
    found = islice(last.finditer(text), _MOST_WORDS)
    heads = (_TAKEN_IN.search(_statement(text, at.start())[-_HEAD:]) for at in found)
    return any(head is not None and head[1] != ident for head in heads)


_TAKEN_IN = regex(r"\buse\s+(?:::\s*)?(\w+)\s*::[^;]*\Z")
"""Before the last part of a path that is brought in: its first."""
_IN_ATTRIBUTE = regex(r"#!?\[[^\]]*\Z")
_MACRO_CALL = regex(r"\b(\w+)!\s*[({\[]")
_NEW_NAME = regex(r"(?:[.:]|\b(?:fn|let|mut|mod|for|ref)\s+)\Z")
"""Before a word that names something else."""
_HEAD = 400
"""Characters before a word in which an attribute, an import or the call of a macro begins."""
_MOST_WORDS = 2_000


def _is_crate(code: str, ident: str) -> bool:
    """Whether a word is used as the name of a crate: at the head of a path, brought in whole, in an
    attribute, or handed to a macro; not as a variable, a field or a module."""
    name = re.escape(ident)
    if re.search(
        rf"(?<![{_WORD}>:])::\s*{name}\b|\bextern\s+crate\s+{name}\b"
        rf"|\buse\s+{name}\s*(?:;|as\b)|\buse\s*\{{[^;]{{0,2000}}(?<![{_WORD}:]){name}\b",
        code,
    ):
        return True
    head = re.compile(rf"(?<![{_WORD}:.]){name}\s*::")
    heads = [at.start() for at in head.finditer(code)]
    if any(not _IN_GROUP.search(_statement(code, at)) for at in heads) and not _brings(code, ident):
        return True
    for match in islice(_word(ident).finditer(code), _MOST_WORDS):
        before = code[max(match.start() - _HEAD, 0) : match.start()]
        if _IN_ATTRIBUTE.search(before):
            return True
        if _NEW_NAME.search(before):
            continue
        calls = _MACRO_CALL.findall(before[before.rfind(";") + 1 :])
        if any(name not in _READING for name in calls):
            return True
    return False


_OF_FEATURE = regex(r"\bfeature\s*=\s*\Z")


def _is_meant(match: re.Match[str], ident: str) -> bool:
    """Whether a comment or string that holds a name may be a use: a doc test, a path."""
    noise = match[0]
    if ident not in noise:
        return False
    path = re.search(rf"(?<![{_WORD}]){re.escape(ident)}\s*::|\buse\s+{re.escape(ident)}\b", noise)
    if noise.startswith(("//", "/*")):
        return noise.startswith(("///", "//!", "/**", "/*!")) and path is not None
    if path is not None:
        return True
    # `#[serde(with = "serde_bytes")]`, `#[doc = "…"]`
    if noise.lstrip("bcr").strip('#"') != ident:
        return False
    head = match.string[max(match.start() - 400, 0) : match.start()]
    opened = head.rfind("#[")
    return opened >= 0 and "]" not in head[opened:] and not _OF_FEATURE.search(head)


def _package(target: Target, package: CargoPackage) -> CrateUse | None:
    manifest = package.manifest
    if manifest.problems or not manifest.package or _UNNAMED.fullmatch(manifest.package):
        return None
    if _ASIDE.search(package.path) or "{" in manifest.package or is_specimen(target, package):
        return None
    own = [
        one
        for one in manifest.dependencies
        if one.section in ("dependencies", "dev-dependencies", "build-dependencies")
        and not (manifest.is_workspace and _is_shared(one, target, package))
    ]
    if not own or not rust_files(target, package.folder) or _is_made(target, package):
        return None
    wanted = {name.encode() for one in own for name in _asked(target, package, one)}
    sources = _Sources(target, package, wanted)
    if "HAKARI SECTION" in target.text(package.path) or not any(sources.texts.values()):
        return None
    excuses = _Excuses(target, package, sources, own)
    judged = 0
    unused = []
    for one in own:
        if one.optional:
            continue
        judged += 1
        if any(sources.names(ident) for ident in _idents(target, package, one)):
            continue
        if not excuses.hold(one):
            unused.append(one)
    if not judged:
        return None
    unused.sort(key=lambda one: one.place.line or 0)
    kept = [one for one in own if one not in unused and not one.optional]
    words = frozenset(one.name for one in unused if sources.has_word(one.name.replace("-", "_")))
    return CrateUse(
        package,
        judged,
        len(sources.texts),
        tuple(unused),
        light=frozenset(one.name for one in unused if excuses.is_light(one, unused)),
        doubtful=words | frozenset(one.name for one in unused if excuses.is_doubtful(one, kept)),
        words=words,
        for_tests=is_for_tests(package),
        dead=_dead(target, package, own),
    )


def _is_made(target: Target, package: CargoPackage) -> bool:
    """Whether a generator wrote the manifest: the next run brings back what is taken out."""
    made = target.text(posixpath.join(package.folder, ".openapi-generator/FILES"))
    return "Cargo.toml" in made.split()


def _dead(
    target: Target, package: CargoPackage, own: list[CargoDependency]
) -> tuple[CargoDependency, ...]:
    build = package.manifest.build or "build.rs"
    script = posixpath.normpath(posixpath.join(package.folder, build))
    if build != "false" and target.has(script):
        return ()
    return tuple(one for one in own if one.section == "build-dependencies")


def _is_shared(one: CargoDependency, target: Target, package: CargoPackage) -> bool:
    """Whether an entry stands below ``[workspace.dependencies]`` rather than the package's own."""
    above = one.place.line or 1
    for number in range(above, 0, -1):
        line = target.line(package.path, number).strip()
        if line.startswith("["):
            return line.startswith("[workspace")
    return False


def _idents(target: Target, package: CargoPackage, one: CargoDependency) -> list[str]:
    """The names that code may call a dependency by."""
    found = [one.name.replace("-", "_")]
    path = one.path and posixpath.normpath(posixpath.join(package.folder, one.path))
    known = cargo_by_folder(target).get(path) if path else None
    if known is None:
        known = _here(target, one, cargo_by_name(target))
    if known is not None:
        found += [lib.name.replace("-", "_") for lib in known.manifest.of_kind("lib") if lib.name]
        if not known.lib:
            found.append(known.manifest.package.replace("-", "_"))
    if found[0] != found[0].lower():
        found.append(found[0].lower())
    return list(dict.fromkeys(found))


def _part_names(package: str) -> set[str]:
    """What the library of a package may be called when not by the package's own name."""
    parts = re.split(r"[-_]", package.lower())[:6]
    names = {"".join(parts)} if len(parts) > 1 else set()
    for first in range(len(parts)):
        for last in range(first + 1, len(parts) + 1):
            if last - first < len(parts):
                names |= {"_".join(parts[first:last]), "".join(parts[first:last])}
    return {name for name in names - _GENERIC if len(name) > 1}


def _asked(target: Target, package: CargoPackage, one: CargoDependency) -> set[str]:
    """Every word that may be asked for on a dependency's account."""
    ident = one.name.replace("-", "_")
    return {
        *_idents(target, package, one),
        *_part_names(one.package),
        *(other.name.replace("-", "_") for other in package.manifest.dependencies),
        *_EXPANDED.get(one.package, ()),
        *(f"{ident}{end}" for end in _MACRO_ENDS),
    }


def _writes_code(graph: LockGraph, crate: str) -> bool:
    """Whether a crate is one of procedural macros, as what it needs says."""
    return any(need.startswith("quote ") for need in graph.needs.get(crate, ()))


class _Excuses:
    """Why a dependency that no code names may be needed all the same."""

    def __init__(
        self,
        target: Target,
        package: CargoPackage,
        sources: _Sources,
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
            one.section == "build-dependencies" and _GENERATORS.fullmatch(one.package)
            for one in dependencies
        )
        names = cargo_by_name(target)
        found = (_here(target, one, names) for one in dependencies)
        self.near = [one for one in found if one is not None]
        self.normal = {one.name for one in dependencies if one.section == "dependencies"}

    def hold(self, one: CargoDependency) -> bool:
        ident = one.name.replace("-", "_")
        if one.name in self.ignored or one.package in self.ignored or ident in self.ignored:
            return True
        if one.name in self.featured or _UNNAMED.fullmatch(one.package):
            return True
        if one.package == self.package.manifest.package:
            return True  # itself, to switch features on in tests
        if one.section != "dependencies" and one.name in self.normal:
            return True
        if _SWITCHES.intersection(self._features(one)) or "bundled" in "".join(self._features(one)):
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
            or self._written_for_new(one)
            or self._generated(one)
            or self._renamed(one)
            or self._elsewhere(one, ident)
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
        """Whether a crate of the repository that is used takes one with the same features."""
        return any(
            need.package == one.package
            and need.section == "dependencies"
            and not (need.optional or need.platform)
            and set(one.features).issubset(need.features)
            for near in self.near
            if self.sources.holds(near.manifest.package.replace("-", "_"))
            for need in near.manifest.dependencies
        )

    def is_light(self, one: CargoDependency, unused: list[CargoDependency]) -> bool:
        """Whether a build saves nothing surely when it goes: it is a crate of the repository, no
        lock file tells, or Cargo.lock keeps the crate for another one that needs it."""
        if one.path or (one.inherited and one.package in cargo_by_name(self.target)):
            return True
        graph = self._graph()
        if graph is None or not _HEAVY.fullmatch(one.package):
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

    def _above(self, one: CargoDependency) -> Iterator[str]:
        """The versions that the workspace gives to a dependency."""
        if one.inherited and self.root is not None:
            for other in self.root.manifest.dependencies:
                if other.name == one.name and other.section == "dependencies":
                    yield other.version

    def _explained(self, one: CargoDependency) -> bool:
        """A comment beside or above gives a reason."""
        path, line = one.place.path, one.place.line or 0
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
        known = _macro_words(self.target)
        return any(ident in known.get(other.folder, ()) for other in self.near)

    def _expanded_from(self, ident: str) -> bool:
        """A procedural macro of the same repository that is called here, perhaps by the name that
        another crate gives it out under, expands to the name."""
        return any(ident in macros.named for macros in self._called)

    def _written_for_new(self, one: CargoDependency) -> bool:
        """The repository writes manifests with it for new packages that build on the same crate of
        its own: what these need without naming it, this one needs as well."""
        near = {other.manifest.package for other in self.near}
        return any(
            one.package in names and not near.isdisjoint(names - {one.package})
            for names in _manifests_written(self.target)
        )

    @cached_property
    def _called(self) -> list[_OwnMacros]:
        return [
            macros
            for macros in _own_macros(self.target)
            if macros.named
            and macros.package.path in self._below
            and any(macros.calls.search(text) for text in self.sources.texts.values())
        ]

    @cached_property
    def _below(self) -> frozenset[str]:
        return frozenset(one.path for one in _beneath(self.target, self.package))

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
        if one.package != one.name or _here(self.target, one, cargo_by_name(self.target)):
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
