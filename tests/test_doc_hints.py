"""What a document's hints say was meant belongs to the same package."""

from __future__ import annotations

from pathlib import Path

from pytest_reconaudit.facts.docs.near import nearest_note
from pytest_reconaudit.target import Target

FILES = {
    "README.md": "# Quays",
    "LICENSE": "Free.",
    "quays/north/package.json": "{}",
    "quays/north/README.md": "# North",
    "quays/south/package.json": "{}",
    "quays/south/knots.md": "# Knots",
    "quays/south/src/ropes/moor.ts": "export const moor = 1;",
}


def near(root: Path, document: str, path: str) -> str:
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    note = nearest_note(Target(root), document, path)
    return note.place.path if note is not None else ""


def test_a_namesake_of_another_package_is_no_hint(tmp_path: Path) -> None:
    assert near(tmp_path, "quays/north/README.md", "quays/north/knots.md") == ""


def test_a_path_into_another_package_is_looked_for_there(tmp_path: Path) -> None:
    found = near(tmp_path, "quays/north/README.md", "quays/south/src/moor.ts")
    assert found == "quays/south/src/ropes/moor.ts"


def test_the_topmost_document_speaks_of_all_packages(tmp_path: Path) -> None:
    assert near(tmp_path, "README.md", "knots.md") == "quays/south/knots.md"


def test_a_path_with_one_step_too_many_is_meant(tmp_path: Path) -> None:
    found = near(tmp_path, "quays/north/README.md", "quays/quays/south/src/ropes/moor.ts")
    assert found == "quays/south/src/ropes/moor.ts"


def test_what_lies_above_is_for_all_packages(tmp_path: Path) -> None:
    assert near(tmp_path, "quays/north/README.md", "quays/north/LICENSE") == "LICENSE"
