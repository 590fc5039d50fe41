"""What to write in the place of a secret's default, in the language of the file."""

from __future__ import annotations

from textwrap import dedent

from pytest_reconaudit.facts.env.fallbacks import Fallback

__all__ = ["fallback_fix"]

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
    if first.kind not in ("code", "default"):
        return ""
    if first.kind == "default":
        return (
            f"{_STOP} Where this file is for development too, demand it in the file that "
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
