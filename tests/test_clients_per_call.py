"""What decides how a client that each call makes is set up."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pytest_reconaudit.facts.asynchronous.clients import client_uses
from pytest_reconaudit.facts.asynchronous.clients_per_call import _decided_by
from pytest_reconaudit.target import Target
from tests import trees


@pytest.mark.parametrize(
    ("source", "by"),
    [
        ("Client::builder().danger_accept_invalid_certs(gauge.trusts)", "gauge.trusts"),
        ("Client::builder()\n    .proxy(proxy)\n    .build()", "proxy"),
        ("if skip { b = b.danger_accept_invalid_certs(true); }", "skip"),
        ("let b = if gauge.trusts { Client::builder().proxy(PROXY) }", "gauge.trusts"),
        ("if let Some(key) = found { b = b.identity(key) }", "found"),
        ("Client::builder().danger_accept_invalid_certs(true)", ""),
        ("Client::builder().user_agent(AGENT).redirect(Policy::none())", ""),
        ('Client::builder().user_agent(concat!("a", "b")).default_headers(made())', ""),
        ("Client::builder().timeout(limit)", ""),
        ("if full { list.clear(); } Client::new()", ""),
    ],
)
def test_what_decides(source: str, by: str) -> None:
    assert _decided_by(source) == by


def test_many_branches_are_read_in_no_time() -> None:
    begun = time.process_time()
    assert _decided_by("if a.b " * 40_000 + "if x { " * 40_000) == ""
    assert time.process_time() - begun < 1


def test_what_a_cache_answers_first_is_said(tmp_path: Path) -> None:
    root = trees.lay_out(trees.CHECKS / "async-clients-reused" / "bad-cached", tmp_path)
    levels = root / "src" / "levels.rs"
    levels.write_text(levels.read_text().partition("pub async fn winds")[0])
    (fault,) = (one for use in client_uses(Target(root)) for one in use.faults)
    assert fault.told.endswith("line 14, per request of GET /levels when the cache has none")
