"""Characters that do not belong: a foreign letter, an invisible blank or a typographic quote
inside the identifiers of an otherwise ASCII configuration.

Such a character comes from a slip of an input method, a paste out of a document or a broken
encoding. It is hard to see and changes the name it stands in. Human text (comments, quoted
strings, ``echo``) is full of rightful non-ASCII characters, so nothing here looks at whole files:
the callers hand in words that a machine compares byte by byte. Confusable tables (Unicode TR39,
``confusable_homoglyphs``) answer another question, namely which letter a person would see.
"""

from __future__ import annotations

import unicodedata

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Stray", "find_mixed", "find_stray", "find_typographic"]


class Stray(Struct, frozen=True):
    """One character at an offset of the word it was found in."""

    offset: int
    character: str

    @property
    def name(self) -> str:
        """Code point and Unicode name: ``U+63A5 CJK UNIFIED IDEOGRAPH-63A5``."""
        code = f"U+{ord(self.character):04X}"
        name = unicodedata.name(self.character, "")
        return f"{code} {name}".rstrip()

    @property
    def shown(self) -> str:
        """For a sentence: the character too, when it can be seen."""
        if self.character.isprintable() and not self.character.isspace():
            return f"{self.character!r} ({self.name})"
        return self.name


_NON_ASCII = regex(r"[^\x00-\x7f]")
_TYPOGRAPHIC = regex(
    "[\u00a0\u00ad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
    "\ufff9-\ufffd\u2018-\u201f\u2039\u203a\uff1d\uff1a\uff1b\uff08\uff09\uff0c]"
)
"""Blanks and marks that no keyboard key for configuration gives: no-break and zero-width spaces,
typographic quotes, fullwidth ``= : ; ( ) ,`` and the replacement character."""
_MIXED = regex(r"[A-Za-z]([^\x00-\u024f])|([^\x00-\u024f])[A-Za-z]")


def find_stray(word: str) -> Stray | None:
    """The first non-ASCII character of a word that must be plain ASCII."""
    if word.isascii():
        return None
    match = _NON_ASCII.search(word)
    return Stray(match.start(), match[0]) if match else None


def find_typographic(text: str) -> Stray | None:
    """The first invisible or typographic character: wrong outside human text in any language."""
    if text.isascii():
        return None
    match = _TYPOGRAPHIC.search(text)
    return Stray(match.start(), match[0]) if match else None


def find_mixed(word: str) -> Stray | None:
    """The first letter of another script that touches an ASCII letter in one word.

    ``Zürich`` and ``ß`` are Latin and pass, so does a word wholly in its own script, and so do
    symbols such as ``→`` or an emoji: only letters and typographic characters count.
    """
    if word.isascii():
        return None
    for match in _MIXED.finditer(word):
        group = 1 if match[1] else 2
        character = match[group]
        if _foreign(character) or _TYPOGRAPHIC.match(character):
            return Stray(match.start(group), character)
    return None


def _foreign(character: str) -> bool:
    return character.isalpha() and not unicodedata.name(character, "").startswith("LATIN ")
