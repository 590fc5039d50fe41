"""What loops of Rust do with each element beside asking for it."""

from __future__ import annotations

from pytest_reconaudit.facts.code.functions import Ref, callees, function_at, outlined
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.queries import LoopedCall
from pytest_reconaudit.target import Target

__all__ = ["is_picked_by_hand", "works_off"]

_LEAST = 10
"""Lines of a function that does more than bring a row."""
_WORKS = regex(
    r"save$|(?:send|notify|deliver|dispatch|publish|enqueue|invite|mail|email|save|update|delete|remove|insert"
    r"|create|mark|register|accept|confirm)_[a-z]"
)
"""What a function calls that changes something, or tells somebody."""
_PICKED = regex(
    r"(?:^|[._])(?:participant|collaborator|member|invitee|assignee|recipient|attendee|guest|friend|tag|role"
    r"|permission|group|categor(?:y|ie)|label|skill|interest|collection|author|genre)(?:_ids|s|_names)"
    r"(?:\.(?:iter|into_iter|iter_mut)\(\))?$"
)
"""What one thing has a handful of."""
_MASS = regex(
    r"(?:^|_)(?:bulk|batch|batches|mass|import|imports|imported|all|sync|many|multiple)(?:_|$)"
)


def works_off(target: Target, path: str, call: LoopedCall) -> bool:
    """Whether a function that a loop calls for each element looks for it, and then works it off: it
    sends a mail, or saves, whatever it has asked for first."""
    if not path.endswith(".rs"):
        return False
    caller = function_at(target, path, call.line)
    if caller is None:
        return False
    return any(
        one.name == call.name
        and one.line == call.line
        and refs is not None
        and len(refs) == 1
        and _works(target, refs[0])
        for one, refs in callees(target, caller)
    )


def _works(target: Target, ref: Ref) -> bool:
    function = outlined(target, ref)
    if function.end_line - function.line < _LEAST:
        return False
    return any(_WORKS.match(one.name) is not None for one in function.calls)


def is_picked_by_hand(name: str, over: str) -> bool:
    """Whether a loop goes over what somebody has picked for one thing: its tags, its members.

    :param name: of the function.
    """
    source = over.strip("&() ")
    return _PICKED.search(source) is not None and _MASS.search(name) is None
