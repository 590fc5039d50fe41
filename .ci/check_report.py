"""Checks the report that the installed wheel wrote of the example: ROOT, FOLDER."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import jsonschema


def main() -> int:
    root, folder = (Path(word) for word in sys.argv[1:])
    data = json.loads((folder / "report.json").read_text("utf-8"))
    schema = root / "pytest_reconaudit" / "reports" / "report.schema.json"
    jsonschema.validate(data, json.loads(schema.read_text("utf-8")))
    planted = set(
        re.findall(
            r"^\|\s*`?([a-z0-9-]+)`?\s*\|\s*`?([^|`]+?):(\d+)`?\s*\|",
            (root / "examples" / "README.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    found = {(f["check"], f["path"], str(f["line"])) for f in data["findings"]}
    missing = planted - found
    if len(planted) < 80 or missing:
        print(f"{len(planted)} planted defects listed, not found: {sorted(missing)}")
        return 1
    errors = [item for item in data["items"] if item["outcome"] == "error"]
    replayed = [
        item
        for item in data["items"]
        if item["check"] == "db-indexes-applied" and item["outcome"] in ("passed", "failed")
    ]
    if errors or not replayed:
        print(f"errors: {errors}; replayed index items: {len(replayed)}")
        return 1
    names = {path.name for path in (folder / "folder").iterdir()}
    wanted = {"CYCLE1_PILLAR2_AUDIT.md", "CYCLE1_PILLAR5_AUDIT.md", "index.html"}
    if not wanted <= names:
        print(f"the report folder lacks {wanted - names}")
        return 1
    left = [p.name for p in (root / "examples" / "platform").iterdir() if p.name == ".pytest_cache"]
    print(f"{len(data['findings'])} findings, all {len(planted)} planted ones among them")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
