"""Which crate the requests of a Rust package are served by: the one whose server its code starts.

A web framework in the manifest proves little: tonic is as often there for clients and codes of
status, hyper for requests of one's own, axum for the types of a library beside.
"""

from __future__ import annotations

from pytest_reconaudit.facts.cargo_locks import SERVERS
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.packages import CargoPackage
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["served_by"]

_BOUND = r"\bServer\s*::\s*(?:try_bind|bind|builder|from_tcp|new)\b"
_STARTS = {
    "actix-web": regex(r"\bHttpServer\s*::\s*new\b"),
    "actix-server": regex(r"\bServer\s*::\s*build\b"),
    "axum": regex(
        r"\baxum\s*::\s*(?:serve|Server)\b|\baxum\s*::\s*\{[^;]{0,400}?\bserve\b|\binto_make_service"
        r"|\baxum_server\s*::|\bserve_connection\w*\s*\(|\b(?:lambda_http|shuttle_\w+)\s*::"
        r"|\bServer\s*::\s*(?:try_bind|bind|from_tcp)\b"
    ),
    "dropshot": regex(r"\bHttpServerStarter\s*::|\bServerBuilder\s*::"),
    "gotham": regex(r"\bgotham\s*::\s*(?:start|init_server|plain|tls)\b"),
    "hyper": regex(
        r"\bhyper(?:_util)?\s*::\s*(?:\{[^;]{0,400}?\b)?(?:server|Server)\b"
        r"|\bserve_connection\w*\s*\(|\bmake_service_fn\b"
        r"|\bServer\s*::\s*(?:try_bind|bind|builder|from_tcp)\b"
    ),
    "iron": regex(r"\bIron\s*::\s*new\b"),
    "jsonrpsee": regex(r"\b(?:Http|Ws)?ServerBuilder\s*::|\bServer\s*::\s*builder\b"),
    "loco-rs": regex(r"\bloco_rs\s*::\s*(?:\{[^;]{0,400}?\b)?(?:cli|boot)\b"),
    "ntex": regex(r"\bHttpServer\s*::\s*new\b|\bntex\s*::\s*server\b|\bweb\s*::\s*server\b"),
    "poem": regex(_BOUND),
    "rocket": regex(
        r"#\[\s*(?:rocket\s*::\s*)?launch\s*\]|\brocket\s*::\s*(?:build|ignite|custom)\b|\.launch\s*\("
    ),
    "rouille": regex(r"\bstart_server\w*\s*[!(]|\bServer\s*::\s*new\b"),
    "salvo": regex(_BOUND),
    "tide": regex(r"\.listen\s*\(|\btide\s*::\s*(?:new|with_state)\b"),
    "tiny_http": regex(r"\bServer\s*::\s*(?:https?|new|http_unix)\b"),
    "tonic": regex(
        r"\btonic\s*::\s*transport\s*::\s*(?:\{[^;]{0,400}?\b)?[sS]erver\b|\.add_service\s*\("
        r"|\bServer\s*::\s*builder\s*\(\s*\)"
    ),
    "viz": regex(r"\bviz\s*::\s*serve\b|\bserve\s*\(|" + _BOUND),
    "volo-http": regex(_BOUND),
    "warp": regex(r"\bwarp\s*::\s*(?:\{[^;]{0,400}?\b)?serve\b"),
}
"""Crate → how a program begins to answer requests by it."""
_ANY = regex(r"\bServer\b|\bserve\w*\s*\(|\b(?:start|run|launch|listen)\w*\s*\(")
_TESTS = regex(r"#\[\s*cfg\s*\(\s*test\s*\)\s*\]\s*(?:pub\s+)?mod\s+\w+\s*\{")
_IMPORT = regex(r"^\s*(?:pub(?:\([^)]{0,40}\))?\s+)?use\b")
_COMMENT = regex(r"^\s*(?:///?|//!|\*)")


def served_by(target: Target, package: CargoPackage) -> Note | None:
    """Where a package's code starts to serve requests, and the crate that it does so by: the call,
    or where only its import is seen, that.

    ``None`` when no such call is seen, though a manifest may name a framework. What others build on
    (hyper) counts last.
    """
    names = {
        one.package: one.name.replace("-", "_")
        for one in package.manifest.dependencies
        if one.section == "dependencies" and one.package in SERVERS and not one.optional
    }
    for crate in sorted(names, key=lambda name: (name == "hyper", name)):
        pattern, ident = _STARTS.get(crate, _ANY), names[crate]
        imported: Note | None = None
        for path in rust_files(target, package.folder):
            text = target.text(path)
            if ident not in text or is_test_path(path):
                continue
            end = _TESTS.search(text)
            for match in pattern.finditer(text, 0, end.start() if end else len(text)):
                line = text.count("\n", 0, match.start()) + 1
                written = target.line(path, line)
                if _COMMENT.match(written) is not None:
                    continue
                note = Note(Place(path, line, 1), crate)
                if _IMPORT.match(written) is None:
                    return note
                imported = imported or note
        if imported is not None:
            return imported
    return None
