"""Hashes that make the key of a cipher out of a secret, no password of somebody who signs in."""

from __future__ import annotations

import re

from pytest_reconaudit.facts.asynchronous.waits import Waiting
from pytest_reconaudit.facts.code.functions import function_at, outlined, source_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["derives_keys"]

_DERIVES = regex(r"(?:[\w$]+\.)*(?:scrypt|pbkdf2|hkdf)Sync")
_CIPHERS = regex(r"\bcreate(?:C|Dec)ipheriv\s*\([^,\n]{1,80},\s*([\w.$]+)")
_KEY = regex(r"(?i)(?:derive|get|make|create|generate|compute)_?\w*key$|^\w*key$")
_COMPARES = regex(r"(?i)\b(?:timingSafeEqual|verifyPassword|comparePassword)\b")
_BEFORE = 3
"""Lines in which what a call gives is given a name."""


def derives_keys(target: Target, one: Waiting) -> bool:
    """Whether every hash of a function of a script gives the key of a cipher of its file."""
    if one.kinds != ("hash",) or not all(_DERIVES.fullmatch(site.message) for site in one.sites):
        return False
    text = target.text(one.at.path)
    keys = {found[1] for found in _CIPHERS.finditer(text)}
    if not keys:
        return False
    line = one.at.line or 1
    ref = function_at(target, one.at.path, line)
    if ref is not None:
        if _KEY.search(outlined(target, ref).name):
            return True
        if _COMPARES.search(source_of(target, ref)):
            return False
    near = "\n".join(target.lines(one.at.path)[max(line - _BEFORE, 0) : line])
    return any(
        re.search(rf"(?<![\w$]){re.escape(key)}\s*(?::[^=\n]{{1,30}})?=", near) for key in keys
    )
