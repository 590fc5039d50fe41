"""Secret or placeholder: names, values, tokens, credentials."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.secret_text import (
    credentials_in,
    decoded,
    entropy,
    is_local_host,
    is_outbound_name,
    is_placeholder,
    is_reference,
    is_secret_name,
    is_secret_value,
    is_signing_name,
    is_store_name,
    is_wordy,
    names_a_cookie,
    tokens_in,
)


@pytest.mark.parametrize(
    "name",
    ["JWT_SECRET", "DB_PASSWORD", "smtp.password", "apiKey", "STRIPE_SECRET_KEY", "PGPASSWORD",
     "SECRET_KEY_BASE", "AWS_SECRET_ACCESS_KEY", "SENTRY_DSN", "NEXTAUTH_SECRET", "SSH_PRIVATE_KEY",
     "DB_PASSWORD_2", "clientSecret"],
)  # fmt: skip
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["JWT_SECRET_NAME", "TOKEN_TTL", "PASSWORD_FILE", "PASSWORD_MIN_LENGTH", "MAX_TOKENS", "PWD",
     "ENABLE_PASSWORD_RESET", "VITE_API_KEY", "STRIPE_PUBLISHABLE_KEY", "S3_ACCESS_KEY_ID",
     "CACHE_TOKEN_HOLDERS_PERIOD", "JWT_EXPIRATION", "BACK_PROXY_PASS", "TOKENIZER", "", "KEY",
     "ADMIN_PASSWORD_HASH", "RECAPTCHA_SITE_KEY", "EXPIRY_FORGOT_PASSWORD"],
)  # fmt: skip
def test_names_that_only_speak_of_secrets(name: str) -> None:
    assert not is_secret_name(name)


def test_kinds_of_names() -> None:
    assert is_signing_name("JWT_SECRET")
    assert is_signing_name("SESSION_KEY")
    assert not is_signing_name("STRIPE_SECRET_KEY")
    assert not is_signing_name("SESSION_KEY_NAME")
    assert is_store_name("POSTGRES_PASSWORD")
    assert not is_store_name("ADMIN_PASSWORD")
    assert is_outbound_name("SENDGRID_API_KEY")
    assert not is_outbound_name("STRIPE_WEBHOOK_SECRET")


@pytest.mark.parametrize(
    "value",
    ["", "   ", "change-me", "your_jwt_secret", "<base64-encoded>", "${JWT_SECRET}", "***", "xxxx",
     "minioadmin", "password", "postgres_pass", "SECRET_VALUE", "12345678", "aaaaaaaa", "P@ssw0rd",
     "0123456789abcdef0123456789abcdef", "{{ .Values.secret }}", "vault://kv/a#b", "localhost",
     "/run/secrets/jwt", "sk_test_4eC39HqL", "86400", "true", "pk_live_51Hx8f"],
)  # fmt: skip
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)
    assert not is_secret_value(value)


@pytest.mark.parametrize(
    "value", ["パスワードを変更する", "เปลี่ยนรหัสผ่านใหม่", "更改您的密码 (必填)", "Изменить пароль"]
)
def test_what_people_read_is_no_secret(value: str) -> None:
    assert not is_secret_value(value)


@pytest.mark.parametrize(
    "value",
    ["vT7!kq2Zp0xWm4Rb", "8f14e45fceea167a5a36dedd4bea2543", "Tr0ub4dor&3", "harbour-lines"],
)
def test_values_that_may_be_real(value: str) -> None:
    assert not is_placeholder(value)
    assert is_secret_value(value)


def test_a_key_that_startproject_made_signs() -> None:
    random = "k3#vq8!zm1@wn7$xr2%tb6^yc9&ud4*pe5(gh0)jf-la=so_iQ"
    assert len(random) == 50
    assert is_secret_value(f"django-insecure-{random}")
    assert not is_secret_value("django-insecure-change-me")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("AUTH_COOKIE_KEY", "quay_session", True),
        ("STATE_COOKIE_KEY", "__quay.oauth2_state", True),
        ("SESSION_COOKIE_KEY", "sid", True),
        ("COOKIE_KEY", "change-this-session-key", False),
        ("COOKIE_KEY", "session secret", False),
        ("COOKIE_KEY", "quay-seven", False),
        ("COOKIE_KEY", "9fQ2xkT7wLmZ4vRb", False),
        ("COOKIE_SECRET", "quay_session", False),
    ],
)
def test_the_key_of_a_cookie_is_its_name(name: str, value: str, expected: bool) -> None:
    assert names_a_cookie(name, value) is expected


def test_words_are_told_from_random_text() -> None:
    assert is_wordy("harbourmaster7")
    assert is_wordy("MooringLineSeven")
    assert not is_wordy("kJ8fh2LpQw9Zx1Vb")
    assert not is_wordy("8f14e45fceea167a5a36dedd4bea2543")


def test_base64_and_hashes_are_no_secrets() -> None:
    assert decoded("Y2hhbmdlLW1l") == "change-me"
    assert decoded("not base64") is None
    assert decoded("") == ""
    assert decoded("/w==") == "\ufffd"
    assert not is_secret_value("Y2hhbmdlLXRoaXMtcGxlYXNl")
    assert not is_secret_value("$2b$12$eImiTXuWVxfM37uY4JANjQ")


def test_references() -> None:
    assert is_reference("${X}")
    assert is_reference("$X")
    assert is_reference("op://vault/item")
    assert not is_reference("x9$kLm2")


def test_credentials_and_where_they_stand() -> None:
    text = "a=1 postgres://berths:an!chor@db.internal:5432/quay?x=1 redis://:pw@cache"
    one, other = credentials_in(text)
    assert (one.scheme, one.user, one.password) == ("postgres", "berths", "an!chor")
    assert (one.host, one.database, one.offset) == ("db.internal", "quay", 4)
    assert one.shown == "postgres://berths:an***@db.internal"
    assert (other.user, other.password, other.host) == ("", "pw", "cache")
    assert list(credentials_in("https://example.org:8080/a@b")) == []
    assert is_local_host("localhost")
    assert is_local_host("db.example.com")
    assert not is_local_host("db.internal")


def test_tokens_of_providers() -> None:
    found = list(tokens_in("id = AKIAQ7RZ2MVX5KHTB3PD\nt = ghp_" + "q7Rz2MvX5kHtB3pDw9Lc" * 2))
    assert [(one.kind, one.offset) for one in found] == [
        ("an AWS access key", 5),
        ("a GitHub token", 30),
    ]
    assert list(tokens_in("AKIAIOSFODNN7EXAMPLE xoxb-your-token-here-please")) == []
    assert list(tokens_in('HEADER = "-----BEGIN PRIVATE KEY-----"')) == []


def test_entropy() -> None:
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2


HOSTILE = [
    "a" * 100_000, "a:" * 50_000, "http://" + "a" * 100_000, "http://a:" + "b" * 100_000,
    "<" * 100_000, "${" * 50_000, "A_" * 50_000, "-----BEGIN " * 9_000, "AKIA" * 25_000,
    "a://" * 25_000, "aB" * 50_000, "://a:b" * 17_000, "a://b:c" * 15_000, "ey." * 33_000,
    "-----BEGIN PRIVATE KEY-----" * 3_700, "=" * 100_000, "change" * 16_000, " " * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12] for text in HOSTILE])
def test_hostile_lines_cost_no_time(text: str) -> None:
    start = time.perf_counter()
    _everything(text)
    assert time.perf_counter() - start < 1


def _everything(text: str) -> None:
    is_placeholder(text)
    is_secret_value(text)
    is_wordy(text)
    is_reference(text)
    is_secret_name(text)
    is_signing_name(text)
    decoded(text)
    entropy(text)
    for token in tokens_in(text):
        assert 0 <= token.offset < len(text)
    for one in credentials_in(text):
        assert text.startswith(one.scheme, one.offset)
        assert one.password in text


@given(st.text(max_size=300))
def test_never_raises(text: str) -> None:
    _everything(text)


@given(st.binary(max_size=80))
def test_base64_round_trip(data: bytes) -> None:
    import base64

    assert decoded(base64.b64encode(data).decode()) == data.decode("utf-8", "replace")
