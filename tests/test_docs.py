"""README, ARCHITECTURE and CHANGELOG say what is so."""

from __future__ import annotations

import re
from pathlib import Path

from pytest_reconaudit import __version__, plugin
from tests import readme
from tests.test_architecture import ALLOWED

ROOT = Path(__file__).parent.parent


def test_catalogue_table_is_current() -> None:
    text = readme.README.read_text("utf-8")
    assert readme.rewritten(text) == text, "run python -m tests.readme"


def test_the_two_commands_stand_at_the_top() -> None:
    head = readme.README.read_text("utf-8").splitlines()[:25]
    assert (
        "$ python -m pip install -e '.[postgres]' && pytest --recon-target=examples/platform"
        in head
    )
    assert "$ python -m pip install -e '.[test]' && pytest" in head


def test_every_option_is_in_the_readme() -> None:
    source = Path(plugin.__file__).read_text("utf-8")
    options = set(re.findall(r'"(--recon-[a-z-]+)"', source))
    text = readme.README.read_text("utf-8")
    assert options
    assert {option for option in options if option not in text} == set()


def test_links_lead_somewhere() -> None:
    for name in ("README.md", "ARCHITECTURE.md", "docs/hooks.md", "docs/report-json.md"):
        path = ROOT / name
        for link in re.findall(r"\]\(([^)#]+)", path.read_text("utf-8")):
            if "://" not in link:
                assert (path.parent / link).exists(), f"{name}: {link}"


def test_architecture_names_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for room in ALLOWED:
        if room:
            assert f"`{room.replace('.', '/')}" in text, room


def test_changelog_has_this_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
