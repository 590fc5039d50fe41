"""Golden files: what a report of a sample run must be, byte for byte.

``RECON_UPDATE_GOLDEN=1 pytest tests/test_reports_*.py`` rewrites them; read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).parent


def check(name: str, text: str) -> None:
    """``text`` is what the golden file ``name`` holds."""
    path = HERE / name
    if os.environ.get("RECON_UPDATE_GOLDEN") == "1":
        path.write_text(text, "utf-8", newline="\n")
    assert text == path.read_text("utf-8"), f"differs from tests/golden/{name}"
