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


def test_issuer_and_subject() -> None:
    own = issuer_and_subject(body("nginx/ssl/server.crt"))
    assert own is not None and own[0] == own[1]
    issued = issuer_and_subject(body("issued/tides.crt"))
    assert issued is not None and issued[0] != issued[1]
    authority = issuer_and_subject(body("stores/certs/ca.crt"))
    assert authority is not None and authority[0] == authority[1]
    signed = issuer_and_subject(body("stores/certs/server.crt"))
    assert signed is not None and signed[0] == authority[1] != signed[1]


def test_what_is_cut_off_is_none() -> None:
    data = base64.b64decode(body("nginx/ssl/server.crt"))
    cut = (issuer_and_subject(base64.b64encode(data[:end]).decode()) for end in range(200))
    assert not any(cut)
    assert issuer_and_subject("no base64!") is None
    assert issuer_and_subject("") is None


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    assert issuer_and_subject(base64.b64encode(b"\x30\x82" + data).decode()) is None
