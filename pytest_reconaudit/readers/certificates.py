"""Who issued an X.509 certificate, and whom it names.

A dozen lines of DER (X.690, RFC 5280 section 4.1) suffice for that; a library for certificates
brings a compiled one for cryptography along, which nothing else here needs.
"""

from __future__ import annotations

import base64
import binascii

__all__ = ["issuer_and_subject"]

_SEQUENCE, _INTEGER, _VERSION = 0x30, 0x02, 0xA0
_FEW = 4
"""Bytes of a length."""


def issuer_and_subject(text: str) -> tuple[bytes, bytes] | None:
    """The names, in DER, of who issued a certificate and of whom it is for; equal when nobody else
    signed it. Nothing for what is no certificate, or names no issuer.

    :param text: the base64 between its marks.
    """
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        inner = _content(data, 0, _SEQUENCE)
        at, end = _content(data, inner[0], _SEQUENCE)
        parts: list[tuple[int, int]] = []
        while at < end and len(parts) < 6:
            _, stop = _content(data, at, None)
            if data[at] != _VERSION:
                parts.append((at, stop))
            at = stop
    except (binascii.Error, ValueError, IndexError):
        return None
    # serial number, algorithm, issuer, validity, subject
    if len(parts) < 5 or data[parts[0][0]] != _INTEGER or data[parts[2][0]] != _SEQUENCE:
        return None
    issuer, subject = (data[slice(*parts[number])] for number in (2, 4))
    return (issuer, subject) if len(issuer) > 2 else None


def _content(data: bytes, at: int, tag: int | None) -> tuple[int, int]:
    """Where the content of a value begins and ends.

    Raises ``ValueError`` for another tag, or a value that does not fit.
    """
    if tag is not None and data[at] != tag:
        raise ValueError("another kind of value")
    length, start = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= _FEW:
            raise ValueError("a length of an odd size")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        raise ValueError("cut off")
    return start, start + length
