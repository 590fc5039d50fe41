"""What is said of a secret's default, and what to write in its place in the file's language."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

from pytest_reconaudit.facts.env.fallbacks import Fallback
from pytest_reconaudit.facts.told_once import also_in
from pytest_reconaudit.model import Severity, lines_of
from pytest_reconaudit.readers.secret_text import is_secret_name

__all__ = ["fallback_fix", "fallback_sentence"]

_STOP = (
    "Stop at start when the secret is not set; generate one in development scripts. What only"
    " builds or tests the code (an image, a workflow) gives it a value of its own; where production"
    " has its settings from another place than this variable, stop there."
)
_FIXES = {
    "rs": """
        -let secret = env::var("{key}").unwrap_or_else(|_| "change-this".into());
        +let secret = env::var("{key}").expect("{key} is not set");
    """,
    "script": """
        -const secret = process.env.{key} || "change-this";
        +const secret = process.env.{key};
        +if (!secret) throw new Error("{key} is not set");
    """,
    "py": """
        -secret = os.environ.get("{key}", "change-this")
        +secret = os.environ["{key}"]
    """,
    "rb": """
        -secret = ENV.fetch("{key}", "change-this")
        +secret = ENV.fetch("{key}")
    """,
    "go": """
        -secret := getEnv("{key}", "change-this")
        +secret, ok := os.LookupEnv("{key}")
        +if !ok {{
        +	log.Fatal("{key} is not set")
        +}}
    """,
}
"""By the language's suffix."""
_SCRIPTS = ("ts", "tsx", "js", "jsx", "mjs", "cjs", "mts")


def fallback_fix(first: Fallback) -> str:
    """What to write instead in the language of the file; in words where its form is not known."""
    if first.kind == "literal" and is_secret_name(first.key):
        return (
            "Take the value from outside, and refuse to start without it. What logs in with it"
            " (URLs, settings of other services, defaults in code) takes the same variable, and"
            " two passwords take two:\n\n```diff\n"
            f"-      {first.key}: hunter2\n"
            f"+      {first.key}: ${{{first.key}:?set {first.key}}}\n```"
        )
    if first.kind not in ("code", "default"):
        return ""
    if first.kind == "default":
        shipped = [place.path for place, note in first.copies if "same value" in note]
        emptied = (
            f" Empty it in {shipped[0]}, too: who copies that file has it set, and nothing stops."
            if shipped
            else ""
        )
        return (
            f"{_STOP}{emptied} Where this file is for development too, demand it in the file that "
            "production adds to it, and keep the default out of what production starts.\n\n"
            "```diff\n"
            f"-      {first.key}: ${{{first.key}:-change-this}}\n"
            f"+      {first.key}: ${{{first.key}:?set {first.key}}}\n```"
        )
    suffix = first.place.path.rpartition(".")[2]
    example = _FIXES.get("script" if suffix in _SCRIPTS else suffix)
    if example is None or not first.key.isupper():
        return f"{_STOP} Take the default out, and let a missing value end the start."
    return f"{_STOP}\n\n```diff\n{dedent(example).strip().format(key=first.key)}\n```"


def fallback_sentence(group: Sequence[Fallback]) -> str:
    """The message for defaults of one file that weigh the same."""
    return _sentence(group) + also_in(at for one in group for at in one.elsewhere or ())


def _sentence(group: Sequence[Fallback]) -> str:
    first = group[0]
    keys = list(dict.fromkeys(one.key for one in group[:5]))
    names = ", ".join(keys)
    many = len(keys) > 1
    lines = lines_of(one.place for one in group)
    count = f"{len(group)} times, {lines}" if len(group) > 1 else lines
    if first.kind == "short":
        hides = all("CRYPT" in one.upper() or "CIPHER" in one.upper() for one in keys)
        what = "encryption" if hides else "signing"
        keys_are = f"are {what} keys" if many else f"is {'an' if hides else 'a'} {what} key"
        where = "a file that ships"
        if first.severity is Severity.LOW:
            where = "a file for development, which no image, stack or script here takes"
        return f"{names} {keys_are} of fewer than 16 characters in {where} ({count})"
    if first.kind == "literal":
        return f"{names} {'are' if many else 'is'} spelled out in the stack's file ({count})"
    shipped = all(any("same value" in note for _, note in one.copies) for one in group)
    same = ", the very value that a template ships" if shipped else ""
    instead = next(
        (f"; {at.path} {note}" for one in group for at, note in one.copies if "instead" in note), ""
    )
    if first.uncalled:
        return (
            f"whoever calls {first.uncalled} without {names} gets the default{same}; no source but "
            f"tests names it ({count})"
        )
    has = f"{names} {'have usable defaults' if many else 'has a usable default'}{same}"
    it = "them" if many else "it"
    if first.kind == "code":
        return f"{has}: code that runs without {it} gets {it} ({count}){instead}"
    return f"{has}: unset, the service runs on {it} ({count})"
