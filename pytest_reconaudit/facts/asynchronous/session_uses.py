"""Whether a Rust server uses what the key of its sessions signs."""

from __future__ import annotations

from collections.abc import Collection

from pytest_reconaudit.facts.asynchronous.crates import crate_of
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["uses_sessions"]

_TAKES = (
    r"(?:Session|SessionExt|UserSession|Identity|IdentityExt|RequestIdentity|FlashMessage"
    r"|IncomingFlashMessages|\*)"
)
_USES = regex(
    r"\bactix_(?:session|identity|web_flash_messages)\s*::\s*"
    rf"(?:(?:\w+\s*::\s*)*{_TAKES}(?![\w])|(?:\w+\s*::\s*)*\{{[^;]*?(?<![\w]){_TAKES}(?![\w]))"
    r"|\.\s*(?:private|signed)(?:_mut)?\s*\(\s*&"
    r"|\b(?:PrivateCookieJar|SignedCookieJar|PrivateJar|SignedJar)\b"
)
_COMMENT = regex(r"(?m)^\s*//[^\n]*")
_HINTS = ("actix_session", "actix_identity", "flash_messages", "private", "signed", "Jar")


def uses_sessions(target: Target, manifests: Collection[str]) -> bool:
    """Whether the crates of some manifests take sessions, identities or signed cookies out of
    requests; without manifests any crate. Who only wraps the middleware takes none."""
    for path in target.files:
        if not path.endswith(".rs") or is_test_path(path) or is_off_path(path):
            continue
        text = target.text(path)
        if not any(one in text for one in _HINTS) or not _USES.search(_COMMENT.sub("", text)):
            continue
        crate = crate_of(target, path)
        if not manifests or (crate is not None and crate.path in manifests):
            return True
    return False
