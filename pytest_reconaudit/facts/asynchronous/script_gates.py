"""Guards, middleware and interceptors of NestJS: every request behind one waits for it."""

from __future__ import annotations

from pytest_reconaudit.facts.code.functions import Ref, callers_of, outlined
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["is_gate"]

_GATES = {
    "canActivate": "CanActivate",
    "use": "NestMiddleware",
    "intercept": "NestInterceptor",
    "validate": "PassportStrategy",
}
"""Method that the framework calls → what its class implements or extends."""
_PUTS = regex(
    r"\b(?:UseGuards|UseInterceptors|useGlobalGuards|useGlobalInterceptors|apply)\s*\(([^()]{0,300})"
    r"|\buse(?:Class|Existing)\s*:\s*(\w+)"
)
_NAME = regex(r"\w+")
_MAX_STEPS = 3


def is_gate(target: Target, ref: Ref) -> bool:
    """Whether a method is one that NestJS calls before a handler, or is called by one; its class
    is put before some route."""
    seen, level = {ref}, [ref]
    for _ in range(_MAX_STEPS):
        above: list[Ref] = []
        for one in level:
            if _is_entry(target, one):
                return True
            above += [caller for caller, _ in callers_of(target, one) if caller not in seen]
            seen.update(above)
        level = above
    return any(_is_entry(target, one) for one in level)


def _is_entry(target: Target, ref: Ref) -> bool:
    function = outlined(target, ref)
    wanted = _GATES.get(function.name)
    if wanted is None or is_off_path(ref.path):
        return False
    declared = (
        one for one in scanned(target, outline)[ref.path].types if one.name == function.owner
    )
    bases = next((one.bases for one in declared), ())
    if not any(base.startswith(wanted) for base in bases):
        return False
    return wanted == "PassportStrategy" or function.owner in _put_before(target)


@once
def _put_before(target: Target) -> frozenset[str]:
    """The names of classes that are put before routes."""
    found: set[str] = set()
    for path in target.files:
        if path.endswith((".ts", ".js")) and not is_test_path(path):
            for given, provided in _PUTS.findall(target.text(path)):
                found.update(_NAME.findall(given) or (provided,))
    return frozenset(found)
