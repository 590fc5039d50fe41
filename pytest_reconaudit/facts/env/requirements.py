"""Keys that programs read and no document, template or deploy file mentions."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import compose_files
from pytest_reconaudit.facts.env.keys import (
    KeyMatrix,
    KeyRead,
    is_platform_key,
    is_third_party_key,
    key_matrix,
)
from pytest_reconaudit.facts.env.secrets import purpose
from pytest_reconaudit.facts.env.trials import tried_alone
from pytest_reconaudit.facts.env.unset_keys import UnsetKey, unset_keys
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["Requirement", "Requirements", "requirements"]


class Requirement(Struct, frozen=True):
    """A key that is read, and everywhere that reads it."""

    key: str
    reads: tuple[KeyRead, ...]
    kind: str
    """``required``, ``switch`` (turns a protection off) or ``optional``."""


class Requirements(Struct, frozen=True):
    """What one application reads; or, in the last one, what is optional anywhere."""

    id: str
    missing: tuple[Requirement, ...]
    total: int
    """How many keys it reads."""
    searched: str
    """Where the keys were looked for, for messages."""
    unset: tuple[UnsetKey, ...] = ()
    """Documented keys that a compose file does not hand to its services."""


_SWITCH = regex(
    r"(?=(?:.*_)?(?:DISABLE_|SKIP_|ALLOW_INSECURE|BYPASS|INSECURE_|NO_))"
    r"(?=.*(?:AUTH|TLS|SSL|VERIFY|VERIFICATION|SIGNATURE|CSRF))[A-Z0-9_]{4,80}"
)
_NOT_SWITCH = regex(
    r"AUTHOR|OAUTH_|_URL$|_PATH$"
    # Names who or what is exempt: empty, nothing is turned off.
    r"|_(?:TENANTS|USERS|ROLES|EMAILS|PATHS|ROUTES|HOSTS|DOMAINS|ORIGINS|IPS|LIST)$"
)
_BUILD = regex(
    r"(?:^|/)(?:build\.rs|[\w.-]*\.config\.[cm]?[jt]s|gulpfile\.\w+|webpack[\w.-]*|scripts?/.*"
    r"|tools?/.*|xtask/.*|\.github/.*|hack/.*|conf(?:test)?\.py|setup\.py|bin/.*)$"
)
_MANUAL = regex(
    r"^readme|^contributing|(?:^|[_.-])(?:env|environment|configuration|config|variables|settings)"
    r"[_.-](?:variables|reference|vars|options|md|mdx|rst|adoc)"
    r"|(?:^|[_.-])(?:deploy\w*|install\w*|runbook|hardening)[_.-]",
    re.IGNORECASE,
)
"""Documents that list keys for people to set; a report that merely names one does not."""
_IN_MANUAL = regex(
    r"(?:^|/)(?:docs?|documentation|manual|website|wiki)/(?!(?:[\w.-]+/)*(?:reports?|audits?|reviews?"
    r"|archive|adrs?|decisions|changelogs?|release-?notes)/)(?:[\w.-]+/)*[\w.-]+\.(?:mdx?|rst|adoc)$",
    re.IGNORECASE,
)
"""Whatever lies below a folder of documents, reports and decisions left out."""
_SETS = regex(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Z_][A-Z0-9_]*)[ \t]?[:?]?=")
_BAKES = regex(r"cargo::?rustc-env=([A-Z_][A-Z0-9_]*)")
"""What a build script sets for `env!`, where it writes the name out."""
_DEFINES = regex(r"[\"']process\.env\.([A-Z_][A-Z0-9_]*)[\"'][ \t]*:")
"""``define: {'process.env.X': …}``: the bundler puts the value in."""
_ADD_ONS = frozenset(
    {"DATABASE_URL", "REDIS_URL", "REDIS_TLS_URL", "CLOUDAMQP_URL", "MONGODB_URI",
     "MEMCACHIER_SERVERS", "MEMCACHIER_USERNAME", "MEMCACHIER_PASSWORD", "CLOUDINARY_URL",
     "SENDGRID_USERNAME", "SENDGRID_PASSWORD", "MAILGUN_API_KEY", "MAILGUN_DOMAIN",
     "MAILGUN_SMTP_LOGIN", "MAILGUN_SMTP_PASSWORD", "MAILGUN_SMTP_SERVER",
     "BUCKETEER_AWS_ACCESS_KEY_ID", "BUCKETEER_AWS_SECRET_ACCESS_KEY",
     "BUCKETEER_AWS_REGION", "BUCKETEER_BUCKET_NAME", "CLOUDKARAFKA_BROKERS", "JAWSDB_URL",
     "CLEARDB_DATABASE_URL", "SEARCHBOX_URL", "BONSAI_URL", "PAPERTRAIL_API_TOKEN",
     "REDISCLOUD_URL", "REDISTOGO_URL", "OPENREDIS_URL", "QUOTAGUARD_URL", "FIXIE_URL",
     "ROLLBAR_ACCESS_TOKEN", "SCOUT_KEY", "DYNO"}
)  # fmt: skip
"""Keys that Heroku and its add-ons set for the programs of a Procfile."""
_RUNS = bytes(
    byte if 48 <= byte <= 57 or 65 <= byte <= 90 or byte == 95 else 32 for byte in range(256)
)
"""Everything but capitals, digits and underscores becomes a blank."""


@once
def requirements(target: Target) -> tuple[Requirements, ...]:
    """Per application that reads any key, by folder; last the optional keys of all of them."""
    matrix = key_matrix(target)
    known = _documented(target, matrix)
    folders: dict[str, dict[str, list[KeyRead]]] = {}
    for one in _reads(target, matrix):
        folder = "compose files" if one.kind == "compose" else one.application
        folders.setdefault(folder, {}).setdefault(one.key, []).append(one)
    templates = sum(1 for file in matrix.files if file.name.template) or len(matrix.files)
    searched = "the deploy files and documents (there is no env template)"
    if templates:
        plural = "" if templates == 1 else "s"
        searched = f"{templates} env template{plural}, the deploy files and documents"
    found = []
    unset = unset_keys(target)
    optional: dict[str, list[KeyRead]] = {}
    for folder in sorted(folders):
        keys = folders[folder]
        missing = []
        for key in sorted(keys):
            if key in known:
                continue
            kind = _kind(key, keys[key])
            if kind == "optional":
                optional.setdefault(key, []).extend(keys[key])
            else:
                missing.append(Requirement(key, tuple(keys[key]), kind))
        found.append(
            Requirements(
                folder or "(root)", tuple(missing), len(keys), searched, unset.get(folder, ())
            )
        )
    if found:
        rest = tuple(Requirement(key, tuple(optional[key]), "optional") for key in sorted(optional))
        total = sum(one.total for one in found)
        found.append(Requirements("all optional keys", rest, total, searched))
    return tuple(found)


def _kind(key: str, reads: list[KeyRead]) -> str:
    if all(one.read.via == "clap" for one in reads):
        return "optional"  # `--help` names the key, what it does, and whether it must be given
    if _SWITCH.fullmatch(key) and not _NOT_SWITCH.search(key):
        return "switch"
    return "required" if any(one.read.required for one in reads) else "optional"


def _reads(target: Target, matrix: KeyMatrix) -> Iterator[KeyRead]:
    """Reads that count: of programs, not of tests, builds and tools."""
    for one in matrix.reads:
        key, path = one.key, one.place.path
        if not key or one.test or not key.isupper() or is_platform_key(key) or key == "PORT":
            continue
        if is_third_party_key(key) or one.kind == "shell" or purpose(path) or key.endswith("_"):
            continue
        if one.read.via in ("env!", "option_env!") and _kind(key, [one]) != "switch":
            continue  # the compiler reads it: the program that starts has its value in it
        if one.kind == "code" and tried_alone(target, one.place):
            continue
        if one.kind == "compose":
            if one.read.required:
                yield one
        elif not _BUILD.search(path):
            yield one


def _documented(target: Target, matrix: KeyMatrix) -> frozenset[str]:
    """Every name that a template, deploy file or document has."""
    known = {key for file in matrix.files for key in file.keys}
    known |= {one.key for file in matrix.files for one in file.documented}
    known |= {one.key for one in matrix.definitions}
    words: set[bytes] = set()
    for path in target.documents:
        if _MANUAL.search(posixpath.basename(path)) or _IN_MANUAL.search(path):
            words.update(target.text(path).encode("utf-8", "replace").translate(_RUNS).split())
    models = {file.path for file in compose_files(target)}  # what they set is known exactly
    for path in target.files:
        base = posixpath.basename(path)
        if path in models:
            continue
        # Charts, infrastructure code and app manifests set keys too, in shapes of their own.
        if (
            base
            in ("values.yaml", "values.yml", "app.json", "fly.toml", "render.yaml", "vercel.json")
            or path.endswith((".tf", ".tpl", ".nomad", ".hcl", ".service", ".yml", ".yaml"))
            or base in ("Procfile", "turbo.json")
        ):
            words.update(target.text(path).encode("utf-8", "replace").translate(_RUNS).split())
        elif path.endswith((".sh", ".bash")) or base in ("Makefile", "justfile", "Justfile"):
            known.update(_SETS.findall(target.text(path)))
        elif path.endswith(".rs") and "rustc-env" in target.text(path):
            known.update(_BAKES.findall(target.text(path)))  # what `env!` reads
        elif path.endswith((".ts", ".mts", ".js", ".mjs", ".cjs")) and "define" in target.text(
            path
        ):
            known.update(_DEFINES.findall(target.text(path)))
    if any(
        posixpath.basename(path) in ("Procfile", "heroku.yml", "app.json") for path in target.files
    ):
        known |= _ADD_ONS
    known |= {word.decode("ascii") for word in words if b"_" in word or len(word) > 4}
    return frozenset(known)
