"""Env files (``.env``, ``production.env``, ``env.example`` …) with the place of every key.

The grammar is python-dotenv's: its parser yields bindings with line numbers, so what counts as a
key, a quoted value, an inline comment or an invalid line is what that library says. On top of it
come columns, quoting, and the keys that are only written down in comments (``# KEY=value``).
"""

from __future__ import annotations

import io
import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

if TYPE_CHECKING:
    from dotenv.parser import Binding

__all__ = [
    "EnvFile",
    "EnvFileName",
    "EnvSetting",
    "env_file_name",
    "looks_like_env_file",
    "read_env_file",
]

_KEY = r"[A-Za-z_][A-Za-z0-9_.-]*"
_BINDING = regex(rf"^[ \t]*(?:export[ \t]+)?{_KEY}[ \t]*=", re.MULTILINE)
_COMMENTED = regex(r"^[ \t]*#+[ \t]*(?:export[ \t]+)?([A-Z_][A-Z0-9_]*)=([^\n]*)$", re.MULTILINE)
_HEAD = regex(r"\s*(?P<export>export[ \t]+)?(?P<key>'[^']*'|[^=\#\s]+)[ \t]*(?:=[ \t]*)?")
_EXPORT = regex(r"export[ \t]+(?=[^\s=#])")
_NEWLINE = regex(r"\n")
_INLINE_COMMENT = regex(r"[ \t]#[ \t]*([^\n]*)$")
_BLANKS = regex(r"[^\S\n]{2000}")

_WORDS = regex(r"[._-]+")
_ENVIRONMENTS = {
    "prod": "production", "production": "production", "prd": "production",
    "staging": "staging", "stage": "staging", "stg": "staging", "preprod": "staging",
    "uat": "staging", "qa": "staging", "preview": "staging",
    "dev": "development", "devel": "development", "develop": "development",
    "development": "development", "local": "development", "localhost": "development",
    "test": "test", "tests": "test", "testing": "test", "ci": "test", "e2e": "test",
    "integration": "test",
}  # fmt: skip
_TEMPLATES = frozenset(
    {"example", "examples", "sample", "samples", "template", "templates", "dist", "tpl", "tmpl",
     "default", "defaults", "skel", "schema"}
)  # fmt: skip
_NOT_ENV = frozenset(
    {"ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "py", "rs", "go", "rb", "php", "java",
     "kt", "cs", "c", "h", "cpp", "sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "nix", "md",
     "mdx", "rst", "html", "css", "scss", "vue", "svelte", "json", "jsonc", "json5", "yml", "yaml",
     "toml", "xml", "lock", "log", "sql", "csv", "enc", "gpg", "pgp", "age", "asc", "sops", "vault",
     "keys", "j2", "jinja", "jinja2", "erb", "tf", "tfvars", "hcl", "snap", "zip", "gz", "png",
     "svg", "d", "rc", "el", "lua", "hs", "ex", "exs", "conf", "cfg", "ini", "t", "pl", "pm",
     "patch", "diff", "orig", "rej"}
)  # fmt: skip
"""Last name parts that make ``env.<part>`` something else: code, data, an encrypted file."""

_SHELLS = frozenset({"sh", "bash", "zsh", "fish", "ps1", "eex", "heex"})
"""Anywhere in the name: ``env.sh.eex`` and ``env.sh.template`` are scripts."""


class EnvFileName(Struct, frozen=True):
    """What the path of an env file says about it."""

    environment: str
    """``production``, ``staging``, ``development``, ``test``; empty for any."""
    template: bool
    """An example to be copied, not a file that is loaded."""
    label: str
    """What else the name says, lower case (``frontend`` of ``env.frontend``); often empty."""

    @property
    def role(self) -> str:
        """The environment, or ``base``."""
        return self.environment or "base"


class EnvSetting(Struct, frozen=True):
    """One ``KEY=value``. ``value`` is decoded, without interpolation; ``None`` without a ``=``."""

    key: str
    value: str | None
    place: Place
    """The first character of the key."""
    raw: str
    """The value as written, quotes included, inline comment left out."""
    exported: bool = False
    quoted: str = ""
    """The quote character; empty without."""
    comment: str = ""
    """The inline comment without its ``#``."""


class EnvFile(Struct, frozen=True):
    """An env file: what it sets, what it only mentions, what cannot be read."""

    path: str
    name: EnvFileName
    settings: tuple[EnvSetting, ...]
    """In file order, duplicates included."""
    documented: tuple[EnvSetting, ...]
    """Commented-out settings: known to the reader, not set."""
    problems: tuple[Problem, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it sets, each once, in file order."""
        return tuple(dict.fromkeys(one.key for one in self.settings))

    def setting(self, key: str) -> EnvSetting | None:
        """What is in effect for a key: the last one wins."""
        return next((one for one in reversed(self.settings) if one.key == key), None)


def env_file_name(path: str) -> EnvFileName | None:
    """The role that a path gives an env file; ``None`` when it is not an env file's name.

    ``.env``, ``.env.<words>``, ``<words>.env``, ``env.<words>`` and ``<words>.env.<words>`` are.
    """
    base = posixpath.basename(path).lower()
    if "env" not in base:
        return None
    if base == "envexample":
        base = "env.example"
    words = [word for word in _WORDS.split(base) if word]
    if "env" not in words and base not in ("dotenv",):
        return None
    if words[-1] in _NOT_ENV or _SHELLS.intersection(words):
        return None
    dotted = base.split(".")
    if (
        "env" not in dotted
        and base != "dotenv"
        and not base.startswith(("env-", "env_", ".env-", ".env_"))
    ):
        # `env` must be a part of its own: `my-env` or `env_setup` is something else, but
        # `prod-env` with an example suffix and `env-example` are used.
        first, *_ = dotted
        if len(dotted) == 1 or not first.endswith(("-env", "_env")):
            return None
    environment, template, rest = "", False, []
    for word in words:
        if word in ("env", "dotenv"):
            continue
        if word in _TEMPLATES:
            template = True
        elif word in _ENVIRONMENTS:
            # `.env.development.local` is the development file; `.env.test.ci` the test file.
            environment = environment or _ENVIRONMENTS[word]
        else:
            rest.append(word)
    if not environment:
        parent = posixpath.basename(posixpath.dirname(path)).lower()
        environment = _ENVIRONMENTS.get(parent, "")
    return EnvFileName(environment, template, "-".join(rest))


def looks_like_env_file(text: str) -> bool:
    """Whether the content is ``KEY=value`` lines at all."""
    return _BINDING.search(text) is not None


def read_env_file(text: str, path: str) -> EnvFile:
    """An env file. Never raises on bad input: see ``problems``."""
    name = env_file_name(path) or EnvFileName("", False, "")
    if "\0" in text:
        return EnvFile(path, name, (), (), (Problem(Place(path, 1, 1), "not text"),))
    if _BLANKS.search(text):
        # The library's comment pattern takes quadratic time over a run of blanks.
        problem = Problem(Place(path, 1, 1), "a line with thousands of blanks")
        return EnvFile(path, name, (), (), (problem,))
    from dotenv.parser import parse_stream

    text = text.removeprefix("\ufeff")
    places = _Places(text, path)
    settings: list[EnvSetting] = []
    problems: list[Problem] = []
    start = 0
    for binding in parse_stream(io.StringIO(text, newline="\n")):
        string = binding.original.string
        at = start + len(string) - len(string.lstrip())
        start += len(string)
        if binding.error:
            shown = string.strip()[:40]
            if shown:
                problems.append(Problem(places.at(at), f"not KEY=value: {shown!r}"))
        elif binding.key is not None:
            if match := _EXPORT.match(text, at):
                at = match.end()
            settings.append(_setting(binding, binding.key, places.at(at)))
    documented = tuple(_documented(text, places))
    return EnvFile(path, name, tuple(settings), documented, tuple(problems))


class _Places:
    """Offsets of a text as places."""

    def __init__(self, text: str, path: str) -> None:
        self._path = path
        self._starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def at(self, offset: int) -> Place:
        line = bisect_right(self._starts, offset)
        return Place(self._path, line, offset - self._starts[line - 1] + 1)


def _setting(binding: Binding, key: str, place: Place) -> EnvSetting:
    text = binding.original.string.rstrip("\n")
    head = _HEAD.match(text)
    rest = text[head.end() :] if head else ""
    quote = rest[:1] if rest[:1] in ("'", '"') else ""
    comment = ""
    if match := _INLINE_COMMENT.search(rest):
        tail = rest[: match.start()]
        if not quote or tail.rstrip().endswith(quote):
            comment, rest = match[1].strip(), tail
    return EnvSetting(
        key=key,
        value=binding.value,
        place=place,
        raw=rest.strip(),
        exported=bool(head and head["export"]),
        quoted=quote,
        comment=comment,
    )


def _documented(text: str, places: _Places) -> Iterator[EnvSetting]:
    for match in _COMMENTED.finditer(text) if "#" in text else ():
        yield EnvSetting(match[1], match[2].strip(), places.at(match.start(1)), match[2].strip())
