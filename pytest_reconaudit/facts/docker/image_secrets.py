"""Secrets that a Dockerfile puts into an image: values of ``ENV`` and ``ARG``, copied key files."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.compose.compose_references import example_of
from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.env.secrets import is_of_self_signed, purpose
from pytest_reconaudit.facts.index import files_by_name
from pytest_reconaudit.facts.invocations import makefiles
from pytest_reconaudit.model import Place, Severity, mask
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.dotenv import env_file_name, read_env_file
from pytest_reconaudit.readers.secret_text import (
    credentials_in,
    is_local_host,
    is_placeholder,
    is_reference,
    is_secret_name,
)
from pytest_reconaudit.target import Target, once

__all__ = ["ImageSecret", "image_secrets"]


class ImageSecret(Struct, frozen=True):
    """One secret that an image, or its history, would hold."""

    clause: str
    """``a`` a value, ``b`` a copied file, ``c`` a build argument used in a step."""
    name: str
    shown: str
    place: Place
    severity: Severity


_WELL_KNOWN = regex(
    r"POSTGRES_PASSWORD|POSTGRESQL_PASSWORD|MYSQL_ROOT_PASSWORD|MYSQL_PASSWORD|MARIADB_ROOT_PASSWORD"
)
"""Keys of database images: whatever the value, the database starts with it."""
_KEY_FILES = regex(
    r"(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.(?:pem|key|p12|pfx|jks|keystore)|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|(?:[\w-]*service[-_]?account[\w-]*|gcp[-_]?key|gcloud[-_]?key|credentials)\.json|\.npmrc"
    r"|\.pypirc|\.netrc|\.git-credentials)",
    re.IGNORECASE,
)
_OPEN_FILES = regex(
    r"example|sample|template|\.dist$|\.test|\btest|public|\bpub\b|\.pub$|(?:^|[-_.])ca(?:[-_.]|$)"
    r"|setup|prov(?:ing|er)|verif|license|cert|chain|bundle|dhparam|root|intermediate|trust|global|\.key\.(?:ts|js)",
    re.IGNORECASE,
)


_ENDS = (".example", ".sample", ".template", ".dist")


@once
def image_secrets(target: Target) -> dict[str, tuple[ImageSecret, ...]]:
    """Path of each Dockerfile → what it would put into the image.

    Images for tests and for work on the sources have none.
    """
    return {one.path: tuple(_secrets(target, one)) for one in dockerfiles(target)}


def _secrets(target: Target, dockerfile: Dockerfile) -> Iterator[ImageSecret]:
    if purpose(dockerfile.path):
        return
    for stage in dockerfile.stages:
        for one in stage.of("ENV", "ARG"):
            yield from _values(stage, one)
    yield from _copies(target, dockerfile)


def _values(stage: Stage, one: Instruction) -> Iterator[ImageSecret]:
    for name, written, place in one.assignments:
        value = (written or "").strip().strip("\"'")
        if not is_secret_name(name):
            for cred in credentials_in(value):
                if not is_local_host(cred.host) and not is_placeholder(cred.password):
                    yield ImageSecret("a", name, cred.shown, place, Severity.HIGH)
            continue
        if value and "$" not in value:
            if (one.keyword == "ENV" and _WELL_KNOWN.fullmatch(name)) or not is_placeholder(value):
                yield ImageSecret("a", name, mask(value), place, Severity.HIGH)
        elif not value and one.keyword == "ARG" and _is_used(stage, one, name):
            yield ImageSecret("c", name, "build argument", place, Severity.LOW)


def _is_used(stage: Stage, argument: Instruction, name: str) -> bool:
    """Whether a step after the argument, or the environment, takes its value."""
    pattern = re.compile(rf"\$\{{?{re.escape(name)}\b")
    line = argument.place.line or 0
    return any(
        (one.place.line or 0) > line and pattern.search(one.text) for one in stage.of("RUN", "ENV")
    )


def _copies(target: Target, dockerfile: Dockerfile) -> Iterator[ImageSecret]:
    every = images(target)
    folders = [context.path for context in every.contexts(dockerfile)]
    for source in every.sources(dockerfile):
        base = posixpath.basename(source.written.rstrip("/"))
        if not _KEY_FILES.fullmatch(base.replace("*", "x")) or _OPEN_FILES.search(base):
            continue
        name = env_file_name(base)
        if name is not None and (name.template or name.environment == "test"):
            continue
        paths = [posixpath.normpath(posixpath.join(f, source.written.lstrip("/"))) for f in folders]
        if _is_harmless(target, base, paths):
            continue
        own = any(_is_made_here(target, one) or _is_of_pair(target, one) for one in paths)
        yield ImageSecret("b", base, f"{source.instruction.keyword} {source.written}", source.place,
                          Severity.MEDIUM if own else Severity.CRITICAL)  # fmt: skip


_SELF_SIGNED = regex(r"\bopenssl\b[^\n]{0,200}\s-x509\b|\bmkcert\b")


def _is_made_here(target: Target, path: str) -> bool:
    """Whether a rule or script here makes the key, for a certificate that it signs itself."""
    if target.has(path):
        return False
    maker = created(target).by(path)
    for file in makefiles(target):
        folder = posixpath.dirname(file.path)
        if maker is None and path.startswith(folder):
            own = posixpath.relpath(path, folder or ".")
            maker = next((rule.place for rule in file.targets if rule.name == own), None)
    return maker is not None and _SELF_SIGNED.search(target.text(maker.path)) is not None


def _is_of_pair(target: Target, path: str) -> bool:
    """Whether it is the key of a certificate that lies beside it and that nobody else signed: who
    has it can pass for this one server where somebody trusts just that certificate."""
    named = not posixpath.basename(path).startswith("id_")
    return named and target.has(path) and is_of_self_signed(target, path, alike=True)


def _is_harmless(target: Target, base: str, paths: list[str]) -> bool:
    """Whether the files that are there hold no secret: public keys, settings of a frontend."""
    found = [path for path in paths if target.has(path)]
    if "*" in base:
        found += [
            path
            for pattern in paths
            for path in target.below(posixpath.dirname(pattern))
            if fnmatch.fnmatch(posixpath.basename(path), base)
        ]
    if not found and env_file_name(base) is not None:
        # What is to be copied to it tells what it holds; an empty setting may be a secret then.
        found = [
            example
            for folder in {posixpath.dirname(path) for path in paths}
            if (example := example_of(target, posixpath.join(folder, base))) is not None
        ] or [one for end in _ENDS for one in files_by_name(target).get(base + end, ())]
        return bool(found) and not any(
            is_secret_name(one.key)
            for path in found[:20]
            for one in target.parse(read_env_file, path).settings
        )
    if not found:
        return base == ".npmrc"  # mostly registry settings
    return all(_holds_none(target, path) for path in found[:20])


def _holds_none(target: Target, path: str) -> bool:
    text = target.text(path)
    if env_file_name(path) is not None:
        file = target.parse(read_env_file, path)
        return not any(
            is_secret_name(one.key)
            and (one.value or "").strip()
            and not is_reference(one.value or "")
            for one in file.settings
        )
    if path.endswith(("rc", "credentials")):
        return re.search(r"_auth(?:Token)?\s*=\s*[^\s$]|password", text) is None
    if path.endswith(".json"):
        return "private_key" not in text and "secret" not in text
    return bool(text) and "PRIVATE KEY" not in text
