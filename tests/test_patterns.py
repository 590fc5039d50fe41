"""The cache of compiled patterns: the same matches as ``re``, and no trust in what is broken."""

from __future__ import annotations

import marshal
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit import patterns

SOURCES = [
    (r"(?P<name>\w+)=(?P<value>\S*)", 0),
    (r"^\s*#.*$", re.MULTILINE),
    (r"a|b|(?i:c)", re.IGNORECASE | re.ASCII),
    (r"(?x) one  # two", 0),
    (r"[^\W\d]+é", re.UNICODE),
    (r"(\d+)(?:-(\d+))?", re.DOTALL),
]


def run(cache: Path, code: str) -> str:
    """A fresh interpreter with its own cache."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"XDG_CACHE_HOME": str(cache), "PATH": "/usr/bin:/bin", "HOME": str(cache)},
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


@pytest.mark.parametrize(("source", "flags"), SOURCES)
@given(text=st.text(max_size=60))
def test_equal_to_re(source: str, flags: int, text: str) -> None:
    ours, plain = patterns.regex(source, flags), re.compile(source, flags)
    assert ours.flags == plain.flags
    assert ours.groupindex == plain.groupindex
    assert ours.pattern == plain.pattern
    found, wanted = ours.search(text), plain.search(text)
    assert (found and (found.span(), found.groupdict())) == (
        wanted and (wanted.span(), wanted.groupdict())
    )


def test_a_broken_pattern_is_told_at_once() -> None:
    with pytest.raises(re.error):
        patterns.regex("(")


USE = """
from pathlib import Path
from pytest_reconaudit import patterns
before = len(patterns._table)
assert patterns.regex(r"(?P<a>x+)y").search("axxy")["a"] == "xx"
print(before, len(patterns._new))
patterns.save(Path("/nonexistent"))
"""


def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    before, new = run(tmp_path, USE).split()
    assert (before, new) == ("0", "1")
    before, new = run(tmp_path, USE).split()
    assert int(before) >= 1
    assert new == "0"


@pytest.mark.parametrize("junk", [b"", b"junk", marshal.dumps([1, 2]), b"\x00" * 100])
def test_a_broken_cache_is_ignored(tmp_path: Path, junk: bytes) -> None:
    run(tmp_path, USE)
    (file,) = (tmp_path / "pytest-reconaudit").glob("patterns-*.bin")
    file.write_bytes(junk)
    assert run(tmp_path, USE).split()[1] == "1"


def test_an_unsound_entry_is_compiled_anew(tmp_path: Path) -> None:
    run(tmp_path, USE)
    (file,) = (tmp_path / "pytest-reconaudit").glob("patterns-*.bin")
    table = marshal.loads(file.read_bytes())
    for entry in ((0, [1, 2, 3], 1, {}, (None,)), ("x",), None, (0, "code", 1, {}, ())):
        file.write_bytes(marshal.dumps(dict.fromkeys(table, entry)))
        run(tmp_path, USE)


def test_nothing_is_written_into_the_target(tmp_path: Path) -> None:
    run(tmp_path, USE.replace("/nonexistent", str(tmp_path)))
    assert list(tmp_path.rglob("*")) == []


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run(tmp_path / "file", USE).split()[1] == "1"
