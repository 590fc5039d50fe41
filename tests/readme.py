"""The catalogue table of README.md: ``python -m tests.readme`` rewrites it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pytest_reconaudit.engine import builtin_checks

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- catalogue: .*? -->\n).*?(<!-- /catalogue -->)", re.DOTALL)


def table() -> str:
    rows = ["| check | pillar | usual severity | what must hold |", "|---|---|---|---|"]
    rows += [
        f"| `{meta.id}` | {int(meta.pillar)} | {meta.severity.label} | {meta.title} |"
        for meta, _ in builtin_checks()
    ]
    return "\n".join(rows) + "\n"


def rewritten(text: str) -> str:
    return BLOCK.sub(lambda match: match[1] + table() + match[2], text)


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text("utf-8")), "utf-8")
    sys.exit(0)
