"""What the name of a function says that it does."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["changes", "copies", "does_more"]

_DOES = regex(
    r"_?(?:send|notify|process|sync|publish|upload|download|deliver|dispatch|enqueue|schedule|handle|run|perform"
    r"|execute|call|import|export|generate|evaluate|award|render|trigger|emit|scroll|retry|migrate"
    r"|refresh|recompute|recalculate|rebuild|reindex|regenerate|close|archive|cancel|expire|revoke"
    r"|terminate)(?=[_A-Z]|$)"
)
_CHANGES = regex(
    r"_?(?:delete|remove|destroy|create|insert|add|update|save|store|set|convert|archive|restore|invite"
    r"|mark|cancel|approve|reject|close|assign|rename|reset|rotate|(?:dis|en)able|(?:un)?lock"
    r"|suspend|(?:un)?ban|\w+_and_(?:delete|remove|save|update|archive)|(?:de)?activate|(?:un)?categorize|(?:un)?match)(?=[_A-Z]|$)"
)
_COPIES = regex(r"_?(?:clone|copy|duplicate|fork|replicate|merge|split|transfer|move)(?=[_A-Z]|$)")


def does_more(name: str) -> bool:
    """Whether a function does more than ask: ``send_invoice``."""
    return _DOES.match(name) is not None


def changes(name: str) -> bool:
    """Whether a function changes something, whatever it looks for first: ``removeMember``."""
    return _CHANGES.match(name) is not None


def copies(name: str) -> bool:
    """Whether a method makes other rows of its row: ``clone``."""
    return _COPIES.match(name) is not None
