"""Whether certificates are signed by nobody else."""

from __future__ import annotations

import base64
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.certificates import is_self_signed

TREE = Path(__file__).parent / "checks" / "env-secrets-not-committed" / "bad-pairs"


def body(path: str) -> str:
    return "".join((TREE / path).read_text("ascii").splitlines()[1:-1])


def test_issuer_and_subject_are_compared() -> None:
    assert is_self_signed(body("nginx/ssl/server.crt"))
    assert not is_self_signed(body("issued/tides.crt"))


def test_what_is_cut_off_is_none() -> None:
    data = base64.b64decode(body("nginx/ssl/server.crt"))
    assert not any(is_self_signed(base64.b64encode(data[:end]).decode()) for end in range(200))
    assert not is_self_signed("no base64!")
    assert not is_self_signed("")


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    assert not is_self_signed(base64.b64encode(b"\x30\x82" + data).decode())
