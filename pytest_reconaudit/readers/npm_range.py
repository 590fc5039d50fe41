"""Version ranges as npm reads them: ``^1.2``, ``~1``, ``>=1 <3``, ``1.x || 2.x``, ``1.0 - 2.0``."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["satisfies"]

_VERSION = regex(r"[v=]*(\d{1,9})\.(\d{1,9})\.(\d{1,9})(-[\w.-]+)?(?:\+[\w.-]*)?")
_PART = regex(
    r"(\^|~>?|>=|<=|>|<|=)?\s*v?(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?"
    r"(-[\w.-]+)?(?:\+[\w.-]*)?"
)
_HYPHEN = regex(r"\s*(\S+)\s+-\s+(\S+)\s*")
_GLUE = regex(r"(\^|~>?|>=|<=|>|<|=)\s+")
_FREE = frozenset({"", "*", "x", "X", "latest"})
Triple = tuple[int, int, int]


def satisfies(version: str, wanted: str) -> bool | None:
    """Whether a version is in a range; ``None`` where that is not surely known: tags, addresses,
    and releases before a version."""
    found = _VERSION.fullmatch(version.strip())
    if found is None or found[4]:
        return None
    triple = (int(found[1]), int(found[2]), int(found[3]))
    answers = [_in_all(triple, part.strip()) for part in wanted.split("||")]
    return True if True in answers else None if None in answers else False


def _in_all(version: Triple, wanted: str) -> bool | None:
    if wanted in _FREE:
        return True
    hyphen = _HYPHEN.fullmatch(wanted)
    words = [f">={hyphen[1]}", f"<={hyphen[2]}"] if hyphen else _GLUE.sub(r"\1", wanted).split()
    answers = [_in_one(version, word) for word in words]
    return False if False in answers else None if None in answers else True


def _in_one(version: Triple, word: str) -> bool | None:
    part = _PART.fullmatch(word)
    if word in _FREE:
        return True
    if part is None:
        return None
    given = [int(one) for one in part.group(2, 3, 4) if one is not None and one not in "xX*"]
    if any(one is not None and one in "xX*" for one in part.group(2, 3, 4)):
        given = given[
            : next(i for i, one in enumerate(part.group(2, 3, 4)) if one and one in "xX*")
        ]
    if not given:
        return True
    low = [*given, 0, 0][:3]
    least: Triple = (low[0], low[1], low[2])
    after = _after(given, len(given))
    match part[1]:
        case ">=":
            return version >= least
        case "<":
            return version < least
        case ">":
            return version > least if len(given) == 3 else version >= after
        case "<=":
            return version <= least if len(given) == 3 else version < after
        case "^":
            kept = next((i + 1 for i, one in enumerate(given) if one), len(given))
            return least <= version < _after(given, kept)
        case "~" | "~>":
            return least <= version < _after(given, min(len(given), 2))
        case _:
            return version == least if len(given) == 3 else least <= version < after


def _after(given: list[int], kept: int) -> Triple:
    """The first version whose first ``kept`` numbers are greater."""
    first = [*given[: kept - 1], given[kept - 1] + 1, 0, 0][:3]
    return first[0], first[1], first[2]
