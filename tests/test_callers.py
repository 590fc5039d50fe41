"""Functions without a caller: found by name, in doubt called."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.model import Place
from pytest_reconaudit.target import Target

RUST = """\
pub struct Signer;

impl Signer {
    pub fn from_env() -> Self {
        read("SIGNING_SECRET");
        Self
    }
}
"""
PYTHON = """\
import os

def secret():
    return os.getenv("SIGNING_SECRET", "sign-with-this")
"""
SCRIPT = """\
export class Signer {
  key() {
    return process.env.SIGNING_SECRET ?? 'sign-with-this';
  }
}
"""


def judged(tmp_path: Path, path: str, text: str, line: int, **others: str) -> str:
    for name, content in {path: text, **others}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return uncalled(Target(tmp_path), Place(path, line))


@pytest.mark.parametrize(
    ("path", "text", "line", "name"),
    [
        ("src/signer.rs", RUST, 5, "Signer.from_env"),
        ("app/signer.py", PYTHON, 4, "secret"),
        ("src/signer.ts", SCRIPT, 3, "Signer.key"),
    ],
)
def test_nobody_calls(tmp_path: Path, path: str, text: str, line: int, name: str) -> None:
    assert judged(tmp_path, path, text, line) == name


@pytest.mark.parametrize(
    ("path", "text", "line", "other", "call"),
    [
        ("src/signer.rs", RUST, 5, "src/main.rs", "fn main() { let s = signer::Signer::from_env(); }"),
        ("src/signer.rs", RUST, 5, "src/main.rs", "use signer::Signer as S;\nfn main() { S::from_env(); }"),
        ("app/signer.py", PYTHON, 4, "app/run.py", "from signer import secret\nprint(secret())"),
        ("src/signer.ts", SCRIPT, 3, "src/index.ts", "const k = new Signer().key();"),
    ],
)  # fmt: skip
def test_somebody_calls(
    tmp_path: Path, path: str, text: str, line: int, other: str, call: str
) -> None:
    assert judged(tmp_path, path, text, line, **{other: call}) == ""


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("src/main.rs", 'fn main() {\n    read("X");\n}\n', 2),
        ("app/views.py", '@app.get("/")\ndef index():\n    return os.environ["X"]\n', 3),
        ("app/forms.py", 'class Form(Base):\n    def clean(self):\n        return os.environ["X"]\n', 3),
        ("pages/index.tsx", "export default function Home() {\n  return process.env.X;\n}\n", 2),
        ("src/config.ts", "export const key = process.env.X;\n", 1),
        ("src/a.rs", '#[get("/x")]\nasync fn shown() {\n    read("X");\n}\n', 3),
    ],
)  # fmt: skip
def test_what_is_run_without_its_name(tmp_path: Path, path: str, text: str, line: int) -> None:
    assert judged(tmp_path, path, text, line) == ""


def test_tests_are_no_callers(tmp_path: Path) -> None:
    text = RUST + "\n#[cfg(test)]\nmod tests {\n    fn t() { Signer::from_env(); }\n}\n"
    other = {"tests/signer.rs": "fn t() { Signer::from_env(); }"}
    assert judged(tmp_path, "src/signer.rs", text, 5, **other) == "Signer.from_env"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(
    text=st.text(st.sampled_from("fn def class impl(){}:;=>\n\t a#@'\"\0"), max_size=200),
    line=st.integers(1, 12),
    suffix=st.sampled_from([".rs", ".py", ".ts", ".go"]),
)  # fmt: skip
def test_never_raises(tmp_path: Path, text: str, line: int, suffix: str) -> None:
    path = f"a{suffix}"
    (tmp_path / path).write_text(text, encoding="utf-8")
    assert isinstance(uncalled(Target(tmp_path), Place(path, line)), str)
