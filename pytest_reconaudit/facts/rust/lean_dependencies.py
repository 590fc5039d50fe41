"""Dependencies that a manifest could take in a smaller form, or needs only one of."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from itertools import chain

from msgspec import Struct, structs

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.packages import (
    CargoPackage,
    cargo_by_folder,
    cargo_by_name,
    cargo_in_workspace,
    cargo_packages,
)
from pytest_reconaudit.facts.rust.async_std_uses import async_std_uses
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.facts.rust.specimens import is_specimen
from pytest_reconaudit.facts.rust.used_dependencies import crate_uses, is_for_tests
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cargo import CargoDependency
from pytest_reconaudit.readers.cargo_lock import LockGraph, read_cargo_lock
from pytest_reconaudit.target import Target, once

__all__ = ["SUCCESSORS_DATE", "CrateWeight", "Weighty", "crate_weights"]

SUCCESSORS_DATE = "2026-08"
"""State of the advisories that the table of crates which are no longer kept up was held against."""

_MACRO_ERRORS = "`syn::Error::into_compile_error`, manyhow or proc-macro2-diagnostics"
_SUCCESSORS = {
    "dotenv": ("RUSTSEC-2021-0141", "dotenvy"),
    "tempdir": ("RUSTSEC-2018-0017", "tempfile"),
    "failure": ("RUSTSEC-2020-0036", "thiserror or anyhow"),
    "rust-crypto": ("RUSTSEC-2016-0005", "the RustCrypto crates (sha2, hmac, aes-gcm …) or ring"),
    "rustc-serialize": ("RUSTSEC-2025-0025", "serde"),
    "memmap": ("RUSTSEC-2020-0077", "memmap2"),
    "net2": ("RUSTSEC-2020-0016", "socket2"),
    "ansi_term": ("RUSTSEC-2021-0139", "nu-ansi-term or anstyle"),
    "atty": ("RUSTSEC-2024-0375", "`std::io::IsTerminal`"),
    "tui": ("RUSTSEC-2023-0049", "ratatui"),
    "users": ("RUSTSEC-2023-0040", "uzers or sysinfo"),
    "yaml-rust": ("RUSTSEC-2024-0320", "yaml-rust2"),
    "encoding": ("RUSTSEC-2021-0153", "encoding_rs"),
    "mach": ("RUSTSEC-2020-0168", "mach2"),
    "instant": ("RUSTSEC-2024-0384", "web-time"),
    "proc-macro-error": ("RUSTSEC-2024-0370", _MACRO_ERRORS),
    "proc-macro-error2": ("RUSTSEC-2026-0173", _MACRO_ERRORS),
    "fxhash": ("RUSTSEC-2025-0057", "rustc-hash"),
    "backoff": ("RUSTSEC-2025-0012", "backon"),
    "async-std": ("RUSTSEC-2025-0052", "smol"),
    "rusoto_core": ("RUSTSEC-2022-0071", "aws-config and the aws-sdk crates"),
    "rusoto_s3": ("RUSTSEC-2022-0071", "aws-sdk-s3"),
    "trust-dns-resolver": ("RUSTSEC-2025-0017", "hickory-resolver"),
    "trust-dns-proto": ("RUSTSEC-2025-0017", "hickory-proto"),
    "trust-dns-server": ("RUSTSEC-2025-0017", "hickory-server"),
}
"""Crate that nobody maintains → the advisory that says so of it or of its project, and what is used
in its place; none of these has such an advisory itself."""
_ASIDE = regex(r"(?:^|/)(?:examples?|demos?|xtask|benches|benchmarks?|fuzz)/")
"""Packages whose size and build time are nobody's concern."""
_LEADING_AWS = regex(r"aws-sdk-[\w-]+|aws-config")
_CREDENTIALS = regex(r"\bcredentials_provider\s*\(|\bCredentials::(?:new|from_keys)\b")
_LOOKS_UP = regex(
    r"\bload_(?:from_env|defaults)\b|aws_config::(?:from_env|load|defaults)|ConfigLoader|profile"
    r"|\bsso\b|DefaultCredentialsChain|AssumeRole|WebIdentity|credential_process|ImdsCred"
)
_AREAS = regex(r"\btokio::(?:\{[^;]{0,400}\b)?(?:fs|io|net|process|signal)\b")
_HASHES = frozenset(
    {"bcrypt", "argon2", "rust-argon2", "scrypt", "pbkdf2", "argonautica", "djangohashers"}
)
_LOGGERS = frozenset(
    {
        "env_logger", "pretty_env_logger", "simple_logger", "simplelog", "fern", "flexi_logger",
        "log4rs", "stderrlog", "femme",
    }
)  # fmt: skip
_OLD_HASHES = regex(
    r"(?i)legacy|migrat|re-?hash|upgrad|old(?:er)?[ _](?:hash|scheme|password)|backwards?"
)
_FORMATS = regex(r"\$(argon2|scrypt|pbkdf2|2[abxy]\$)")
"""How a hash of a scheme begins."""
_NEAR = 240
"""Characters around a name in which a comment is about it."""
_RUSTLS = regex(r"(?:\w+[-_])*rustls(?:[-_]\w+)*")
_NATIVE_CRATE = regex(r"(?:[\w-]+-)?(?:native-tls|openssl)")
_NATIVE_PARTS = frozenset({"native-tls", "hyper-tls", "tokio-native-tls", "tokio-tls"})
"""What reqwest needs for the sake of its default TLS."""
_STACKS = ("native-tls", "openssl", "openssl-sys")
_MODEST = frozenset(
    {
        "reqwest-middleware", "reqwest-retry", "reqwest-tracing", "opentelemetry-http",
        "opentelemetry-otlp", "object_store",
    }
)  # fmt: skip
"""Crates that take reqwest without its default features."""
_NATIVE = regex(r"(?:[\w-]+-)?native-tls(?:-[\w-]+)?|default-tls")
_LOCKED = regex(r'^\[\[package\]\]\nname = "([^"\n]+)"\nversion = "(\d+)\.(\d+)')
_HEAVY_TWICE = frozenset(
    {
        "tokio", "hyper", "axum", "actix-web", "reqwest", "rustls", "openssl", "sqlx", "sqlx-core",
        "diesel", "tonic", "prost", "aws-sdk-s3", "aws-config", "rocksdb", "librocksdb-sys",
        "wasmtime", "arrow", "datafusion", "polars", "tokenizers", "clap", "redis", "mongodb",
        "sea-orm", "async-graphql", "tower-http", "opentelemetry", "kube", "k8s-openapi", "regex",
    }
)  # fmt: skip
"""Crates that take long to build and mean much; small ones in two versions are no matter."""


class Weighty(Struct, frozen=True):
    """One thing about a manifest, with every line that it is about."""

    clause: str
    """``a`` default features, ``b`` two TLS stacks, ``c`` tokio in full, ``d`` two crates for one
    purpose, ``e`` unmaintained, ``f`` two versions in the lock file."""
    key: str
    says: str
    places: tuple[Note, ...]
    minor: bool = False
    """A hint that may be as well the other way: no fault."""
    fix: str = ""
    """What to do, where it is known better than for the clause as a whole."""


class CrateWeight(Struct, frozen=True, eq=False):
    package: CargoPackage
    judged: int
    found: tuple[Weighty, ...]


@once
def crate_weights(target: Target) -> tuple[CrateWeight, ...]:
    """Every Cargo.toml with dependencies of programs and libraries (not of tests), by path."""
    locked = _twice(target)
    unkept = _unmaintained(target)
    found = []
    for package in _judged(target):
        own = _own(package)
        if own or package.folder in locked:
            things = [*_things(target, package, own), *locked.get(package.folder, ())]
            if is_for_tests(package):
                things = [structs.replace(one, minor=True) for one in things]
            found.append(CrateWeight(package, len(own), (*things, *unkept.get(package.path, ()))))
    return tuple(found)


def _judged(target: Target) -> Iterator[CargoPackage]:
    for package in cargo_packages(target):
        if package.manifest.problems or _ASIDE.search(package.path) or is_test_path(package.path):
            continue
        if not is_specimen(target, package):
            yield package


def _own(package: CargoPackage) -> list[CargoDependency]:
    """What a manifest lists itself, tests' dependencies left out."""
    return [
        one
        for one in package.manifest.dependencies
        if one.section != "dev-dependencies" and not one.inherited
    ]


def _is_unused(target: Target, package: CargoPackage, one: CargoDependency) -> bool:
    """What nobody uses is told elsewhere: it is to go, not to be made smaller."""
    return one.place in _unused(target).get(package.path, ())


@once
def _unused(target: Target) -> dict[str, frozenset[Place]]:
    """Manifest → where it lists what no code of the package names."""
    return {
        use.package.path: frozenset(one.place for one in use.unused) for use in crate_uses(target)
    }


def _things(target: Target, package: CargoPackage, own: list[CargoDependency]) -> Iterator[Weighty]:
    named = {one.package: one for one in reversed(own)}
    inherited = [
        one
        for one in package.manifest.dependencies
        if one.inherited and one.section != "dev-dependencies"
    ]
    whole = [
        one
        for one in own
        if _LEADING_AWS.fullmatch(one.package)
        and one.default_features
        and not one.features
        and not one.path
    ]
    if whole:
        unused = all(_is_unused(target, package, one) for one in whole)
        plain = unused or not _gives_credentials(target, package)
        says = f"{_listed(whole)} with all default features"
        yield Weighty("a", "aws", says, _notes(whole), minor=plain)
    tls = _tls(target, package, named)
    if tls is not None:
        minor = tls.minor or _is_unused(target, package, named["reqwest"])
        yield structs.replace(tls, minor=minor)
    tokio = named.get("tokio")
    if tokio is not None and "full" in tokio.features and not package.manifest.proc_macro:
        says = f"tokio with `full` ({_at(tokio)})"
        # tokio's own guide tells programs to begin with `full`, and libraries not to.
        library = bool(package.lib) and not package.bins and package.manifest.publish
        spare = _needs_little(target, package) and not _has_all_below(target, package)
        if spare and _others_need(target, package, "tokio"):
            spare = False  # they switch most of it on
        elif spare:
            says += "; the code names nothing of its fs, io, net, process and signal"
        minor = not (spare or (library and _alone(package)))
        yield Weighty("c", "tokio", says, _notes([tokio]), minor=minor)
    # What a member inherits is a choice of that member, so pairs are looked for among both.
    direct = {one.package: one for one in (*inherited, *own) if not one.optional}
    if not (package.manifest.is_workspace and not package.manifest.package):
        yield from _pairs(target, package, direct)


@once
def _unmaintained(target: Target) -> dict[str, tuple[Weighty, ...]]:
    """Path of a Cargo.toml → what is told there of crates that nobody maintains.

    A crate is left at one go, so a workspace is told once of each, where a package that ships
    lists it.
    """
    groups: dict[tuple[str, str], list[tuple[CargoPackage, CargoDependency]]] = {}
    for package in _judged(target):
        home = package.folder if package.workspace is None else package.workspace
        for one in _own(package):
            if (
                one.package in _SUCCESSORS
                and not one.optional
                and not one.path
                and "git" not in target.line(one.place.path, one.place.line or 0)
                and _naming(target, package, one)
            ):
                groups.setdefault((home, one.package), []).append((package, one))
    # What many workspaces do alike is one thing to mend.
    alike: dict[tuple[str, str, str], list[list[tuple[CargoPackage, CargoDependency]]]] = {}
    for (_, name), those in groups.items():
        those.sort(key=lambda pair: is_for_tests(pair[0]))
        _, heir = _SUCCESSORS[name]
        fix = f"Replace it by {heir} (advisories as of {SUCCESSORS_DATE})."
        if name == "async-std":
            heir, fix = _for_async_std(target, those, heir, fix)
        alike.setdefault((name, heir, fix), []).append(those)
    found: dict[str, list[Weighty]] = {}
    for (name, heir, fix), several in alike.items():
        many = len(several) >= _HABIT
        merged = sorted(chain.from_iterable(several), key=lambda pair: is_for_tests(pair[0]))
        for those in [merged] if many else several:
            package, one = those[0]
            where = _at(one)
            if len(those) > 1:
                manifests = len({near.path for near, _ in those})
                whose = f"{len(several)} workspaces" if many else "the workspace"
                where += f"; {manifests} manifests of {whose}"
            verb = "take" if " or " in heir or " and " in heir else "takes"
            says = f"{name} ({where}) is not maintained any more ({_SUCCESSORS[name][0]})"
            says += f": {heir} {verb} its place" if heir else ""
            notes = tuple(Note(one.place, one.package) for _, one in those)
            minor = all(is_for_tests(near) for near, _ in those)
            thing = Weighty("e", name, says, notes, minor=minor, fix=fix)
            found.setdefault(package.path, []).append(thing)
    return {path: tuple(things) for path, things in found.items()}


_HABIT = 3
"""Workspaces that keep the same crate, from which on it is told once."""


def _has_tokio(target: Target, package: CargoPackage, one: CargoDependency) -> bool:
    """Whether all code that names a crate is built with tokio too, by its manifest or the lock."""
    graph = _graph(target, package)
    for user in _naming(target, package, one):
        if any(
            (need.package == "tokio" or any(map(_ON_TOKIO.match, need.features)))
            and need.section == "dependencies"
            and not need.optional
            for need in user.manifest.dependencies
        ):
            continue
        homes = graph.nodes(user.manifest.package) if graph is not None else ()
        if graph is None or not homes or not _has(_built(target, graph, homes[0]), "tokio"):
            return False
    return True


_ON_TOKIO = regex(r"(?:runtime|rt)-tokio|tokio1$|tokio-(?:comp|runtime|rt)")
"""Features that build a crate for tokio: ``runtime-tokio-rustls`` of sqlx and SeaORM."""


def _for_async_std(
    target: Target, those: list[tuple[CargoPackage, CargoDependency]], heir: str, fix: str
) -> tuple[str, str]:
    """What takes the place of async-std where it is used, and what to do: no heir where there is
    not one for all of it."""
    uses = async_std_uses(
        target, [user for package, one in those for user in _naming(target, package, one)]
    )
    state = f"(advisories as of {SUCCESSORS_DATE})"
    browser = "`wasm_bindgen_futures::spawn_local`"
    if uses.web and not uses.native and uses.only_local:
        return browser, (
            f"Call {browser} instead {state}. Where the result of the task is awaited, hand it over"
            " by a oneshot channel."
        )
    if uses.web:
        return "", (
            f"Where the code is built for WebAssembly, {browser} does what `spawn_local` of"
            f" async-std does {state}; a runtime such as tokio's is not there."
        )
    if not all(_has_tokio(target, *pair) for pair in those):
        return heir, fix
    instead = f": {uses.in_tokio}" if uses.in_tokio else ""
    fix = (
        f"Use what tokio has for it{instead} {state}: names, features and results differ (a task"
        " that is joined gives its panic as an error). A package that has tokio only by way of"
        " others is to list it itself."
    )
    if uses.local:
        fix += " `tokio::task::spawn_local` panics outside of a `LocalSet`: run those tasks in one."
    return "tokio, which the code is built with already,", fix


def _users(target: Target, package: CargoPackage) -> list[CargoPackage]:
    """The packages whose code a manifest's dependencies are for."""
    if not package.manifest.is_workspace:
        return [package]
    members = cargo_in_workspace(target).get(package.folder, [])
    return [package, *(one for one in members if one is not package)]


def _naming(target: Target, package: CargoPackage, one: CargoDependency) -> list[CargoPackage]:
    """The packages whose code names a crate: one that only another crate's macros ask for is
    changed there, and one that nobody uses is to go."""
    ident = one.name.replace("-", "_")
    return [
        user
        for user in _users(target, package)
        if any(ident in target.text(path) for path in rust_files(target, user.folder))
    ]


def _has_all_below(target: Target, package: CargoPackage) -> bool:
    """Whether a package of the repository that this one is built with asks for all of tokio too:
    features add up, so one of them alone changes nothing."""
    known = cargo_by_name(target)
    seen = {package.manifest.package}
    waiting = [package]
    while waiting:
        current = waiting.pop()
        for one in current.manifest.dependencies:
            if one.section == "dev-dependencies":
                continue
            if one.package == "tokio" and current is not package and "full" in one.features:
                return True
            if (one.path or one.inherited) and one.package in known and one.package not in seen:
                seen.add(one.package)
                waiting.append(known[one.package])
    return False


def _needs_little(target: Target, package: CargoPackage) -> bool:
    """Whether code that uses tokio names none of the parts that ``full`` is taken for."""
    users = _users(target, package)
    texts = [target.text(path) for one in users for path in rust_files(target, one.folder)]
    used = [text for text in texts if "tokio" in text]
    return bool(used) and not any(_AREAS.search(text) for text in used)


def _others_need(target: Target, package: CargoPackage, name: str) -> bool:
    """Whether Cargo.lock has a crate, not of the repository, that needs another one too."""
    graph = _graph(target, package)
    if graph is None:
        return False
    known = cargo_by_name(target)
    own = set(graph.nodes(name))
    return any(
        not own.isdisjoint(needs)
        for node, needs in graph.needs.items()
        if (crate := node.partition(" ")[0]) not in known and not crate.startswith(f"{name}-")
    )


def _alone(package: CargoPackage) -> bool:
    """Whether a package is built by others by itself, not as a part of its repository."""
    return package.workspace is None or package.workspace == package.folder


def _gives_credentials(target: Target, package: CargoPackage) -> bool:
    """Whether the code hands keys to the SDK and lets it look for none: nothing of sign-in by
    profile, process or SSO, which the default features are for, can be of use then."""
    given = False
    for path in rust_files(target, package.folder):
        text = target.text(path)
        if "aws_" not in text:
            continue
        if _LOOKS_UP.search(text):
            return False
        given = given or _CREDENTIALS.search(text) is not None
    return given


def _tls(
    target: Target, package: CargoPackage, named: dict[str, CargoDependency]
) -> Weighty | None:
    """reqwest with its default TLS beside rustls: two stacks in one program."""
    client = named.get("reqwest")
    if client is None or not client.default_features or client.optional or client.path:
        return None
    if not _default_is_native(client.version) or any(_NATIVE.fullmatch(f) for f in client.features):
        return None
    own = [feature for feature in client.features if _RUSTLS.fullmatch(feature)]
    if own:
        return _both(target, package, client, own[0], named)
    graph = _graph(target, package)
    home = package
    if graph is not None:
        home, others = _with_rustls(target, package, graph)
    elif any(_NATIVE_CRATE.fullmatch(one.package) or _asks_native(one) for one in named.values()):
        others = []  # the other stack is there on purpose
    else:
        others = [
            one
            for one in named.values()
            if _LEADING_AWS.fullmatch(one.package) and one.default_features and not one.optional
        ] or [
            one
            for one in named.values()
            if one is not client
            and not one.optional
            and any(_RUSTLS.fullmatch(feature) for feature in one.features)
        ]
    if not others:
        return None
    says = f"reqwest ({_at(client)}) brings native-tls, {_listed(others)} rustls"
    if home is not package:
        says = (
            f"{home.manifest.package} is built with two TLS stacks: reqwest ({_at(client)}) brings"
            f" native-tls, {_listed(others)} of {home.path} rustls"
        )
    if graph is not None:
        change = _change(target, home, graph)
        if change is None or change.stays:
            return None
        says += f"; {change}"
    return Weighty("b", "reqwest", says, _notes([client, *others]), fix=_LESS)


_LESS = (
    "Set `default-features = false` on reqwest and name `rustls-tls` with the features that the"
    " code uses; with 0.12 `charset` and `http2` are among the defaults, so name them if needed."
)


def _both(
    target: Target,
    package: CargoPackage,
    client: CargoDependency,
    feature: str,
    named: dict[str, CargoDependency],
) -> Weighty | None:
    """reqwest with rustls and its default beside it: a fault where leaving the default out takes
    the other stack out of a program, else a note."""
    says = f"reqwest ({_at(client)}) asks for {feature} and keeps native-tls, its default"
    graph = _graph(target, package)
    if graph is None:
        others = [
            one
            for one in named.values()
            if one is not client and (_NATIVE_CRATE.fullmatch(one.package) or _asks_native(one))
        ]
        if others:
            says += f"; {_listed(others)} would bring it all the same"
        return Weighty("b", "reqwest both", says, _notes([client]), bool(others), _LESS)
    best: _Change | None = None
    for user in _clients(target, package):
        change = _change(target, user, graph)
        if change is not None and (best is None or (best.stays and not change.stays)):
            best = change
    if best is None:
        return None
    if best.stays:
        says += f"; {best.stays}"
    else:
        says += f"; {best}"
    return Weighty("b", "reqwest both", says, _notes([client]), bool(best.stays), _LESS)


class _Change(Struct, frozen=True):
    """What a package is built with when reqwest comes without its default TLS, by Cargo.lock."""

    home: str
    gone: tuple[str, ...]
    """Crates that nothing else needs, those of TLS first."""
    stays: str
    """What has native-tls or OpenSSL stay, or may have: a sentence; empty when they go."""

    def __str__(self) -> str:
        more = f" and {len(self.gone) - 5} more" if len(self.gone) > 5 else ""
        return f"with rustls alone {self.home} needs no {', '.join(self.gone[:5])}{more}"


def _change(target: Target, user: CargoPackage, graph: LockGraph) -> _Change | None:
    """``None`` when a package is not in the lock file, or has no native-tls by it."""
    home = next(iter(graph.nodes(user.manifest.package)), None)
    if home is None:
        return None
    before = _built(target, graph, home)
    if not _has(before, "native-tls"):
        return None
    known = cargo_by_name(target)
    client = frozenset(one for one in _direct(target, graph, home) if one.startswith("reqwest "))
    takers = {
        name
        for one in before
        if not client.isdisjoint(graph.needs.get(one, ()))
        and ((name := one.partition(" ")[0]) not in known or one in graph.foreign)
        and name not in _MODEST
    }
    after = _built(target, graph, home, client)
    left = [name for name in _STACKS if _has(after, name)]
    if left:
        wanting = _wanting(target, graph, after, left, client)
        direct = {one for one in _direct(target, graph, home) if one in wanting}
        through = sorted({one.partition(" ")[0] for one in direct})
        brings = "brings" if len(through) == 1 else "bring"
        stays = f"{', '.join(through[:3])} {brings} {', '.join(left)} all the same"
        return _Change(user.manifest.package, (), stays)
    if takers or _is_told_below(target, user):
        name = min(takers) if takers else "a package that it is built with"
        stays = f"{name} takes the same reqwest and may ask for it as well"
        return _Change(user.manifest.package, (), stays)
    gone = {one.partition(" ")[0] for one in before} - {one.partition(" ")[0] for one in after}
    order = sorted(gone, key=lambda name: (name not in (*_NATIVE_PARTS, *_STACKS), name))
    return _Change(user.manifest.package, tuple(order), "")


def _wanting(
    target: Target, graph: LockGraph, crates: set[str], names: list[str], client: frozenset[str]
) -> set[str]:
    """Those of some crates that are not built without others, these others included."""
    users: dict[str, list[str]] = {}
    for one in crates:
        for need in _direct(target, graph, one, client):
            users.setdefault(need, []).append(one)
    seen: set[str] = set()
    todo = [one for one in crates if one.partition(" ")[0] in names]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(users.get(one, ()))
    return seen


def _direct(
    target: Target, graph: LockGraph, node: str, client: frozenset[str] = frozenset()
) -> list[str]:
    """What a crate needs to be built: a package of the repository not what its tests need, those of
    ``client`` not their default TLS."""
    needs = graph.needs.get(node, ())
    name = node.partition(" ")[0]
    package = None if node in graph.foreign else cargo_by_name(target).get(name)
    left: Collection[str] = _NATIVE_PARTS if node in client else ()
    if package is not None:
        own = package.manifest.dependencies
        listed = {one.package for one in own if one.section != "dev-dependencies"}
        left = {one.package for one in own} - listed
    return [one for one in needs if one.partition(" ")[0] not in left]


def _built(
    target: Target, graph: LockGraph, home: str, client: frozenset[str] = frozenset()
) -> set[str]:
    """Every crate that one is built with; those of ``client`` without their default TLS."""
    seen: set[str] = set()
    todo = [home]
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        todo.extend(_direct(target, graph, one, client))
    return seen


def _clients(target: Target, package: CargoPackage) -> list[CargoPackage]:
    """The packages that a manifest's reqwest is for: itself, or the members of a virtual workspace
    that inherit it, programs before libraries and those of tests not at all."""
    if package.manifest.package:
        return [package]
    found = [
        one
        for one in cargo_packages(target)
        if one.workspace == package.folder
        and not is_test_path(one.path)
        and not _ASIDE.search(one.path)
        and not is_for_tests(one)
        and any(
            own.package == "reqwest"
            and own.section == "dependencies"
            and own.inherited
            and not own.optional
            for own in one.manifest.dependencies
        )
    ]
    return sorted(found, key=lambda one: not one.bins)


def _asks_native(one: CargoDependency) -> bool:
    return any(_NATIVE.fullmatch(feature) for feature in one.features)


def _with_rustls(
    target: Target, package: CargoPackage, graph: LockGraph
) -> tuple[CargoPackage, list[CargoDependency]]:
    """What brings rustls into a program that has native-tls for the sake of reqwest alone, and the
    package that this is.

    Asked of the package itself, or of those members of a workspace that inherit its reqwest:
    programs before libraries, packages of tests not at all.
    """
    known = cargo_by_name(target)
    for user in _clients(target, package):
        direct = {
            one.package: one
            for one in user.manifest.dependencies
            if one.section == "dependencies" and not one.optional
        }
        home = next(iter(graph.nodes(user.manifest.package)), None)
        if home is None or "reqwest" not in direct or _is_told_below(target, user):
            continue
        needed = [one for one in graph.needs[home] if one.partition(" ")[0] in direct]
        client = frozenset(one for one in needed if one.startswith("reqwest "))
        others = {one: graph.below(one, client) for one in needed if one not in client}
        if not client or not _has(set().union(*map(graph.below, client)), "native-tls"):
            continue
        if any(_has(crates, name) for crates in others.values() for name in _STACKS):
            continue  # something else decides that it is there
        if any(
            not client.isdisjoint(graph.needs.get(one, ()))
            for crates in others.values()
            for one in crates
            if one.partition(" ")[0] not in known or one in graph.foreign
        ):
            continue  # a crate of others that takes the same reqwest may ask for it as well
        found = [direct[one.partition(" ")[0]] for one in others if _has(others[one], "rustls")]
        if found:
            return user, found
    return package, []


def _is_told_below(target: Target, user: CargoPackage) -> bool:
    """Whether a package of the repository that another one is built with lists reqwest with its
    default features itself: it is told there, and mended there first."""
    known = cargo_by_name(target)
    seen = {user.manifest.package}
    waiting = [user]
    while waiting:
        for one in waiting.pop().manifest.dependencies:
            near = known.get(one.package) if one.path or one.inherited else None
            if near is None or one.section != "dependencies" or one.package in seen:
                continue
            seen.add(one.package)
            waiting.append(near)
            if any(
                own.package == "reqwest"
                and own.section == "dependencies"
                and own.default_features
                and not own.inherited
                and not own.optional
                for own in near.manifest.dependencies
            ):
                return True
    return False


def _has(crates: set[str], name: str) -> bool:
    return any(one.startswith(f"{name} ") for one in crates)


def _default_is_native(version: str) -> bool:
    """reqwest took rustls as its default with 0.13."""
    parts = version.lstrip("^=~ ").split(".")
    return len(parts) > 1 and parts[0] == "0" and parts[1].isdecimal() and int(parts[1][:6]) < 13


def _pairs(
    target: Target, package: CargoPackage, direct: dict[str, CargoDependency]
) -> Iterator[Weighty]:
    hashes = [one for name, one in sorted(direct.items()) if name in _HASHES]
    if len(hashes) > 1 and not _documented(target, package, hashes):
        says = (
            f"{_listed(hashes)} all hash passwords"
            if len(hashes) > 2
            else f"{_listed(hashes)} both hash passwords"
        )
        yield Weighty("d", "hashes", says, _notes(hashes))
    loggers = [one for name, one in sorted(direct.items()) if name in _LOGGERS]
    tracing = direct.get("tracing-subscriber")
    if loggers and tracing is not None:
        both = [*loggers, *(direct[name] for name in ("log", "tracing") if name in direct), tracing]
        says = f"{_listed([loggers[0], tracing])} are two ways to write the log"
        yield Weighty("d", "log", says, _notes(both))


def _documented(target: Target, package: CargoPackage, hashes: list[CargoDependency]) -> bool:
    """Whether the code or the manifest says that one scheme is there for the sake of old hashes, or
    the code tells hashes of several schemes apart by how they begin."""
    for one in hashes:
        line = one.place.line or 0
        if any(_OLD_HASHES.search(target.line(package.path, at)) for at in (line - 1, line)):
            return True
    names = [one.name.replace("-", "_") for one in hashes]
    for path in rust_files(target, package.folder):
        text = target.text(path)
        if len(set(_FORMATS.findall(text))) > 1:
            return True
        for name in names:
            at = text.find(name)
            while at >= 0:
                if _OLD_HASHES.search(text, max(at - _NEAR, 0), at + _NEAR):
                    return True
                at = text.find(name, at + _NEAR)
    return False


def _graph(target: Target, package: CargoPackage) -> LockGraph | None:
    folder = package.folder if package.workspace is None else package.workspace
    path = posixpath.join(folder, "Cargo.lock")
    return target.parse(read_cargo_lock, path) if target.has(path) else None


@once
def _twice(target: Target) -> dict[str, tuple[Weighty, ...]]:
    """Folder of a Cargo.lock → the heavy crates that are in it in two incompatible versions."""
    found: dict[str, tuple[Weighty, ...]] = {}
    homes = cargo_by_folder(target)
    for folder, package in homes.items():
        if package.workspace not in (None, folder):
            continue
        path = posixpath.join(folder, "Cargo.lock")
        if not target.has(path):
            continue
        versions: dict[str, dict[str, Place]] = {}
        blocks = target.text(path).split("\n[[package]]\n")
        line = 1 + blocks[0].count("\n")
        for block in blocks[1:]:
            line += 2
            match = _LOCKED.match(f"[[package]]\n{block}")
            if match is not None and match[1] in _HEAVY_TWICE:
                major = match[2] if match[2] != "0" else f"0.{match[3]}"
                versions.setdefault(match[1], {}).setdefault(major, Place(path, line, 1))
            line += block.count("\n")
        double = {name: places for name, places in versions.items() if len(places) > 1}
        if double:
            says = "; ".join(f"{name} {', '.join(places)}" for name, places in double.items())
            notes = tuple(
                Note(place, f"{name} {version}")
                for name, places in double.items()
                for version, place in places.items()
            )
            found[folder] = (Weighty("f", "versions", f"in several versions: {says}", notes),)
    return found


def _at(one: CargoDependency) -> str:
    return f"line {one.place.line}"


def _listed(those: list[CargoDependency]) -> str:
    """``a (line 3), b (line 9) and c (line 11)``, the first five."""
    names = [f"{one.package} ({_at(one)})" for one in those[:5]]
    if len(those) > 5:
        return f"{', '.join(names)} and {len(those) - 5} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _notes(those: list[CargoDependency]) -> tuple[Note, ...]:
    return tuple(Note(one.place, one.package) for one in those)
