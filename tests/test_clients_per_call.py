"""What decides how a client that each call makes is set up."""

from __future__ import annotations

import time

import pytest

from pytest_reconaudit.facts.asynchronous.clients_per_call import _decided_by


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
