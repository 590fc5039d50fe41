"""What moves to a thread, and how: by function, by block, and so that it compiles."""

from __future__ import annotations

from pathlib import Path

from pytest_reconaudit.facts.asynchronous.join_errors import converts
from pytest_reconaudit.facts.asynchronous.waiting import waiting_calls
from pytest_reconaudit.target import Target
from tests import trees

CASES = Path(__file__).parent / "checks" / "async-calls-nonblocking"


def fixes(case: str, tmp_path: Path) -> list[str]:
    target = Target(trees.lay_out(CASES / case, tmp_path))
    return [one.fix for file in waiting_calls(target) for one in file.functions]


def test_what_awaits_in_between_is_not_joined(tmp_path: Path) -> None:
    (said,) = fixes("bad-python-uploads", tmp_path)
    assert "`await asyncio.to_thread(kept.write, piece)` (line 20)" in said
    assert "lines 13 to 14 in a function" in said
    assert "`await asyncio.to_thread(shutil.copytree, source, folder)` (line 35)" in said
    assert "lines 13 to 35" not in said


def test_a_shared_client_is_named(tmp_path: Path) -> None:
    first, second = fixes("bad-python-redis-shared", tmp_path)
    assert "async for" in first
    assert "`get_redis` (lock/store.py:9)" in second


FERRY = """\
use anyhow::Result;

pub type Boarded<T> = std::result::Result<T, Refused>;

pub enum Refused {
    Lost(#[from] tokio::task::JoinError),
}

pub struct Late;

impl<E> From<E> for Late where E: Into<anyhow::Error> {
    fn from(error: E) -> Self { Late }
}
"""


def test_what_a_question_mark_takes(tmp_path: Path) -> None:
    (tmp_path / "ferry.rs").write_text(FERRY)
    target = Target(tmp_path)
    for kind in ("Result<u8>", "Boarded<u8>", "Result<u8, Late>", "Result<(), Box<dyn Error>>"):
        assert converts(target, "ferry.rs", kind), kind
    for kind in ("", "bool", "Result<u8, String>", "Result<u8, Early>", "Option<u8>"):
        assert not converts(target, "ferry.rs", kind), kind
    assert not converts(target, "ferry.rs", "Boarded<u8>", "BlockingError")
    assert converts(target, "ferry.rs", "std::io::Result<u8>") is False
