"""``--recon-list`` and ``--recon-explain``: the catalogue of checks, as text."""

from __future__ import annotations

import difflib
import textwrap

import pytest

from pytest_reconaudit.engine import builtin_checks
from pytest_reconaudit.model import CheckMeta

__all__ = ["explanation", "listing"]


def _checks(config: pytest.Config) -> list[CheckMeta]:
    from pytest_reconaudit.engine import checks_in
    from pytest_reconaudit.session import _checks_folder, _module_of

    found = [meta for meta, _ in builtin_checks()]
    for folder in config.option.recon_checks:
        for path in sorted(_checks_folder(folder).rglob("test_*.py")):
            found.extend(checks_in(_module_of(path)))
    return found


def listing(config: pytest.Config) -> str:
    """Id, pillar, severity and title of every check, one a line."""
    checks = _checks(config)
    wide = max(len(meta.id) for meta in checks)
    lines = [
        f"{meta.id:<{wide}}  pillar{int(meta.pillar)}  {meta.severity.label:<8}  {meta.title}"
        for meta in checks
    ]
    return "\n".join(lines) + "\n"


def explanation(config: pytest.Config, name: str) -> str:
    """Why, how it decides, what it cannot see, how to fix. Unknown ids are a usage error."""
    checks = {meta.id: meta for meta in _checks(config)}
    checks.update({old: meta for meta in list(checks.values()) for old in meta.aliases})
    meta = checks.get(name)
    if meta is None:
        near = difflib.get_close_matches(name, checks, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]!r}?" if near else "; --recon-list prints them all"
        raise pytest.UsageError(f"--recon-explain: no check is called {name!r}{hint}")
    head = (
        f"{meta.id}: {meta.title}\n"
        f"pillar {int(meta.pillar)} ({meta.pillar.title}), severity {meta.severity.label},"
        f" confidence {meta.confidence.value}\n"
    )
    parts = [
        ("Why", meta.why),
        ("How it decides", meta.decides),
        ("What it cannot see", meta.blind),
        ("Cost of leaving it", meta.impact),
        ("Fix", meta.fix),
    ]
    body = "".join(f"\n{title}\n{_wrapped(text)}\n" for title, text in parts if text)
    return head + body


def _wrapped(text: str) -> str:
    """Paragraphs filled at 88 columns; lists and code left as they are."""
    out, fenced = [], False
    for block in text.split("\n\n"):
        if "```" in block or fenced or block.startswith(("    ", "- ", "* ")):
            fenced ^= block.count("```") % 2 == 1
            out.append(textwrap.indent(block, "  "))
        else:
            filled = textwrap.fill(" ".join(block.split()), 88)
            out.append(textwrap.indent(filled, "  "))
    return "\n\n".join(out)
