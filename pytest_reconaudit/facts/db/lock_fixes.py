"""What mends a statement that keeps others out, in the words of the tool that runs it."""

from __future__ import annotations

from pytest_reconaudit.facts.db.index_advice import Advice
from pytest_reconaudit.facts.db.lock_faults import LockFault

__all__ = ["lock_fix"]


def lock_fix(advice: Advice, faults: list[LockFault]) -> str:
    """What fits the statements, in the words of the tool that runs them."""
    parts = [
        "Only if no database has applied it yet: tools compare checksums, and its wait is over."
    ]
    texts = [" ".join(fault.statement.text.split()) for fault in faults]
    if any("INDEX" in text[:40].upper() for text in texts):
        how = f": {advice.words}" if advice.words else ""
        if advice.possible:
            parts.append(
                "Make or drop the index CONCURRENTLY, in a migration of its own and outside of a"
                f" transaction{how}."
            )
        else:
            parts.append(f"{advice.words}.")
    if any(text[:5].upper() == "ALTER" or text[:2].upper() == "DO" for text in texts):
        parts.append(
            "Add a constraint NOT VALID, and VALIDATE it in a migration of its own; SET NOT NULL"
            " after a valid `CHECK (… IS NOT NULL)` reads nothing; another type: a new column,"
            " filled in batches, then swapped."
        )
    if any(fault.clause == "b" for fault in faults):
        parts.append("What only takes a moment goes into another migration, so its lock is gone.")
    parts.append("`SET lock_timeout = '2s'` first.")
    return " ".join(parts)
