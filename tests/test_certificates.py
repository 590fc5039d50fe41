"""Who issued a certificate, and whom it names."""

from __future__ import annotations

import base64
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.certificates import issuer_and_subject

TREE = Path(__file__).parent / "checks" / "env-secrets-not-committed" / "bad-pairs"


def body(path: str) -> str:
    return "".join((TREE / path).read_text("ascii").splitlines()[1:-1])


def names(path: str) -> tuple[bytes, bytes]:
    found = issuer_and_subject(body(path))
    assert found is not None
    return found


def test_issuer_and_subject() -> None:
    own, issued = names("nginx/ssl/server.crt"), names("issued/tides.crt")
    assert own[0] == own[1]
    assert issued[0] != issued[1]
    authority, signed = names("stores/certs/ca.crt"), names("stores/certs/server.crt")
    assert authority[0] == authority[1]
    assert signed[0] == authority[1] != signed[1]


def test_what_is_cut_off_is_none() -> None:
    data = base64.b64decode(body("nginx/ssl/server.crt"))
    cut = (issuer_and_subject(base64.b64encode(data[:end]).decode()) for end in range(200))
    assert not any(cut)
    assert issuer_and_subject("no base64!") is None
    assert issuer_and_subject("") is None


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    assert issuer_and_subject(base64.b64encode(b"\x30\x82" + data).decode()) is None
