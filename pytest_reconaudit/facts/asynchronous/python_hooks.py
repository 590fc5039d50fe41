"""Functions of Python that run otherwise than their callers or their names suggest: on a thread
that a decorator starts, or never, as a form has no such field."""

from __future__ import annotations

from pytest_reconaudit.facts.callers import body_of, indentation
from pytest_reconaudit.facts.code.functions import Ref, callers_of, module_of, outlined, source_of
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target

__all__ = ["is_uncalled_hook", "on_thread"]

_HOOK = regex(r"(?:clean|validate)_(\w+)")
_FORMS = frozenset(
    {"Form", "ModelForm", "BaseForm", "BaseModelForm", "Serializer", "ModelSerializer",
     "HyperlinkedModelSerializer"}
)  # fmt: skip
_NAMES_FIELDS = regex(r"\bfields\s*(?:=|\[|\.|\+=)|__all__|\bexclude\b|\bsetattr\b")
_LONGEST = 60_000
_UP = 5
_DECORATOR = regex(r"@(?:\w+\.)*(\w+)")
_STARTS = regex(
    r"\bThread\([^()]{0,80}\btarget\s*=\s*(\w+)|\.(?:submit|start_new_thread)\(\s*(\w+)"
)
_MOST_SOURCE = 4_000


def is_uncalled_hook(target: Target, ref: Ref) -> bool:
    """Whether a method is the ``clean_x`` of a form, or the ``validate_x`` of a serializer, that
    has no field ``x``: nobody calls it."""
    function = outlined(target, ref)
    named = _HOOK.fullmatch(function.name)
    file = scanned(target, outline).get(ref.path)
    if named is None or not function.owner or file is None or callers_of(target, ref):
        return False
    kind = next((one for one in file.types if one.name == function.owner), None)
    if kind is None or not kind.bases:
        return False
    if any(base.rpartition(".")[2] not in _FORMS for base in kind.bases):
        return False  # what else it extends may have the field
    lines = target.lines(ref.path)
    lines = lines[kind.line : body_of(lines, kind.line, len(lines))[1]]
    if _NAMES_FIELDS.search("\n".join(lines)[:_LONGEST]) is not None:
        return False
    depth = min((indentation(line) for line in lines if line.strip()), default=0)
    own = (_FIELD.match(line) for line in lines if indentation(line) == depth)
    fields = {one[1] for one in own if one is not None}
    return named[1] not in fields


_FIELD = regex(r"\s*(\w+)\s*[:=]")


def on_thread(target: Target, ref: Ref) -> bool:
    """Whether every known way to a function leads through one that a decorator of the repository
    hands to a thread."""
    seen = {ref}
    level = [ref]
    found = False
    for _ in range(_UP):
        above = []
        for one in level:
            if _is_handed_over(target, one):
                found = True
                continue
            callers = [caller for caller, _ in callers_of(target, one)]
            if not callers:
                return False
            above += [caller for caller in callers if caller not in seen]
            seen.update(callers)
        if not above:
            return found
        level = above
    return False


def _is_handed_over(target: Target, ref: Ref) -> bool:
    return any(
        _starts_thread(target, ref.path, named[1])
        for attribute in outlined(target, ref).attributes
        if (named := _DECORATOR.match(attribute)) is not None
    )


def _starts_thread(target: Target, path: str, name: str) -> bool:
    """Whether a function that a file knows starts a thread with the one that it is given."""
    files = scanned(target, outline)
    used = files[path].imported(name)
    home = (module_of(target, path, used[:-1]) or "") if len(used) > 1 else path
    if home not in files:
        return False
    wanted = used[-1] if used else name
    for index, one in enumerate(files[home].functions):
        if one.name != wanted or one.owner or not one.parameters:
            continue
        source = source_of(target, Ref(home, index))[:_MOST_SOURCE]
        given = one.parameters[0][0]
        return any(given in (found[1], found[2]) for found in _STARTS.finditer(source))
    return False
