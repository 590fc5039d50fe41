"""Kubernetes quantities: ``250m``, ``1.5``, ``512Mi``, ``1e3``.

The official client has a parser (``kubernetes.utils.quantity``) that costs half a second to
import and raises on what is only nearly right; the grammar is one expression.
"""

from __future__ import annotations

import re
from fractions import Fraction

from pytest_reconaudit.patterns import regex

__all__ = ["read_percent", "read_quantity"]

_QUANTITY = regex(
    r"(?P<number>[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18}))"
    r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)
_FACTORS = {
    "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000),
    "k": Fraction(10**3), "M": Fraction(10**6), "G": Fraction(10**9), "T": Fraction(10**12),
    "P": Fraction(10**15), "E": Fraction(10**18),
    "Ki": Fraction(2**10), "Mi": Fraction(2**20), "Gi": Fraction(2**30), "Ti": Fraction(2**40),
    "Pi": Fraction(2**50), "Ei": Fraction(2**60),
}  # fmt: skip


def read_quantity(text: str) -> Fraction | None:
    """The amount in cores or bytes; ``None`` when the text is no quantity."""
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        return None
    number = match["number"].rstrip(".")
    amount = Fraction(number)
    if match["suffix"]:
        return amount * _FACTORS[match["suffix"]]
    return amount * Fraction(10) ** int(match["exponent"] or 0)


def read_percent(text: str) -> int | None:
    """The number of a percentage such as ``25%``; ``None`` when it is none."""
    match = re.fullmatch(r"([0-9]{1,6})%", text.strip())
    return int(match[1]) if match else None
