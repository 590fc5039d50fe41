"""What to write where a loop over rows of Django's models asks for something of each row."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pytest_reconaudit.facts.query.python_fixes import base_of, fenced

__all__ = ["Followed", "fix_of_followed"]


class Followed(Struct, frozen=True):
    """What a loop over rows asks for of each."""

    what: str
    """``Order.customer.country``, ``Order.lines.filter()``, ``Order.vat.all() (by Order.x)``."""
    kind: str
    over: str
    """What the loop goes over, as source."""
    loaded: bool
    """Its queryset loads it along, which this asks in vain."""


def fix_of_followed(followed: Sequence[Followed]) -> str:
    """Loads along what loops over rows of Django's models ask for of each."""
    loops = tuple(dict.fromkeys(one.over for one in followed))
    return "\n\n".join(
        text
        for over in loops[:_MOST_LOOPS]
        if (text := _of_loop([one for one in followed if one.over == over], over))
    )


def _of_loop(followed: Sequence[Followed], over: str) -> str:
    joined: list[str] = []
    fetched: list[str] = []
    figures: list[str] = []
    again: list[str] = []
    there: list[str] = []
    for one in followed:
        parts = one.what.partition(" (")[0].split(".")
        if len(parts) < _LEAST or not parts[1].isidentifier() or " " in parts[0]:
            continue
        asked = parts[-1] if parts[-1].endswith(")") else ""
        if not asked and one.kind != "count":
            joined.append("__".join(parts[1:]))
        elif asked == "all()":
            fetched.append("__".join(parts[1:-1]))
        elif asked in ("", "count()"):
            figures.append(f'Count("{parts[1]}", distinct=True)')
        elif asked == "exists()":
            again.append(f"`{parts[1]}.exists()` (`Exists` with `OuterRef`)")
        elif one.loaded:
            there.append(f"`{parts[1]}`")
        else:
            again.append(f"`{parts[1]}.{asked}`")
    base = base_of(over)
    text: list[str] = []
    steps = ""
    if joined:
        steps += f".select_related({_quoted(joined)})"
    if fetched:
        steps += f".prefetch_related({_quoted(fetched)})"
    if steps:
        text.append(fenced("Load what each row leads to with the rows:", f"{base}{steps}"))
    if figures:
        counted = ", ".join(
            f"n_{number}={one}" if len(set(figures)) > 1 else f"n={one}"
            for number, one in enumerate(dict.fromkeys(figures), 1)
        )
        text.append(fenced("Let the query of the rows count:", f"{base}.annotate({counted})"))
    if there:
        named = ", ".join(dict.fromkeys(there))
        text.append(
            f"{named} {'is' if len(set(there)) == 1 else 'are'} loaded along already, but a"
            " manager's `filter()`, `order_by()` or `aggregate()` does not look there and asks"
            " anew: choose from `.all()` of each row in Python, or give the queryset a `Prefetch`"
            " with the wanted rows (`queryset=..., to_attr=...`)."
        )
    if again:
        text.append(
            f"Ask for {', '.join(dict.fromkeys(again))} of all rows at once: a `Prefetch` with a"
            " queryset of the wanted rows and `to_attr`, or `annotate` for a figure. Where the loop"
            " only gathers keys for another query, let that one filter by the relation instead."
        )
    return "\n\n".join(text)


def _quoted(names: Sequence[str]) -> str:
    every = [
        one
        for one in dict.fromkeys(names)
        if not any(other.startswith(f"{one}__") for other in names)
    ]
    return ", ".join(f'"{one}"' for one in every)


_LEAST = 2
_MOST_LOOPS = 3
