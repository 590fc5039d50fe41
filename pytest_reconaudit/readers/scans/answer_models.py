"""Pydantic's models, and the functions of FastAPI that answer with a list of one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code, Function
from pytest_reconaudit.readers.query_steps import whole_query
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.scans.row_classes import alchemy_rows

__all__ = ["AnswerModel", "AnswerModels", "AnsweredRows", "answer_models"]


class AnswerModel(Struct, frozen=True, gc=False, array_like=True):
    """A class that rows are made into by their attributes."""

    name: str
    line: int
    bases: tuple[str, ...]
    fields: tuple[tuple[str, str, int], ...]
    """(name, the class of this repository's that its annotation may name, line)."""


class AnsweredRows(Struct, frozen=True, gc=False, array_like=True):
    """``@router.get("/orders", response_model=list[OrderOut])`` and the rows that it returns."""

    function: str
    line: int
    schema: str
    rows_line: int
    source: str
    model: str
    """Empty where another function gives the rows."""
    given_by: str
    loaded: tuple[str, ...]
    scoped: tuple[str, ...]
    paged: bool


class AnswerModels(Struct, frozen=True, array_like=True):
    models: tuple[AnswerModel, ...]
    answers: tuple[AnsweredRows, ...]
    imports: tuple[tuple[str, str], ...]
    """(class, module) of what the file imports."""


_CLASS = regex(r"class[ \t]+(\w+)\(([^()\n]{1,200})\):")
_FIELD = regex(r"(?:    |\t)(\w+)[ \t]*:[ \t]*([^=#\n]{1,200})")
_NAMED = regex(r"\b[A-Z]\w*")
_GET = regex(r"@\w+(?:\.\w+){0,2}\.get\(")
_LIST = (
    r"(?:(?:typing\.)?(?:List|list|Sequence|Iterable)"
    r"|\w{0,60}(?:Page|Paginated)\w{0,60}|\w{0,60}ListResponse)"
    r"\[\s*[\"']?(?:\w+\.){0,3}([A-Z]\w*)[\"']?\s*\]"
)
_RESPONSE = regex(rf"response_model\s*=\s*(?:\w+\.){{0,2}}{_LIST}")
_RETURNED = regex(rf"[\"']?(?:\w+\.){{0,2}}{_LIST}")
_RETURNS = regex(r"(?m)^[ \t]+return[ \t]+")
_ENTRY = regex(r"[\"']?(?:items|data|results|rows|content|records)[\"']?\s*[=:]\s*(\w+)\s*[,)}\n]")
_GIVES = regex(r"(?:\w+\.){0,3}([a-z_]\w*)\((?:[^()]|\([^()]*\)){0,600}\)$")
_NAME = regex(r"\w+$")
_CUT = regex(r"\.(?:limit|slice)\(|\bpaginate\(")
_MOST_FUNCTION = 12_000
_MOST_ANSWERS = 100
_MOST_MODELS = 400
_MOST_FIELDS = 100
_SOURCE = 160


def _wants(text: str, path: str) -> bool:
    del path
    of_models = "BaseModel" in text or "SQLModel" in text or "chema" in text or "Base)" in text
    answers = ".get(" in text and ("response_model" in text or "-> " in text)
    routes = "APIRouter" in text or "FastAPI" in text
    return (of_models and "class " in text) or (routes and answers)


@scan("python", record=AnswerModels, wants=_wants)
def answer_models(code: Code) -> AnswerModels | None:
    """The models that rows are made into, and the lists that functions answer with."""
    text = code.text(0, len(code.source))
    models = tuple(islice(_models(text), _MOST_MODELS)) if "class " in text else ()
    answers = tuple(
        islice((one for each in code.functions for one in _answered(code, each)), _MOST_ANSWERS)
    )
    if not (models or answers):
        return None
    imports = tuple(
        (one.name, ".".join(word for word in one.path[:-1] if word.strip(".")))
        for one in code.imports
        if one.name[:1].isupper() and len(one.path) > 1
    )
    return AnswerModels(models, answers, imports)


def _models(text: str) -> Iterator[AnswerModel]:
    head: tuple[str, int, tuple[str, ...]] | None = None
    fields: list[tuple[str, str, int]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] not in (" ", "\t", "", "#", ")"):
            if head is not None:
                yield AnswerModel(*head, tuple(fields))
            opened = _CLASS.match(line)
            head = (opened[1], number, _bases(opened[2])) if opened is not None else None
            fields = []
        elif head is not None and len(fields) < _MOST_FIELDS:
            field = _FIELD.match(line)
            if field is not None:
                named = [one for one in _NAMED.findall(field[2]) if one not in _BUILT_IN]
                fields.append((field[1], named[-1] if named else "", number))
    if head is not None:
        yield AnswerModel(*head, tuple(fields))


def _bases(given: str) -> tuple[str, ...]:
    return tuple(
        one.strip().rpartition(".")[2].partition("[")[0]
        for one in given.split(",")
        if "=" not in one
    )


_BUILT_IN = frozenset(
    {"List", "Optional", "Dict", "Any", "Union", "None", "Literal", "Annotated", "Decimal", "UUID",
     "EmailStr", "Field", "ClassVar", "Set", "Sequence", "Tuple", "Json"}
)  # fmt: skip


def _answered(code: Code, function: Function) -> Iterator[AnsweredRows]:
    if function.is_test:
        return
    decorator = next((one for one in function.attributes if _GET.match(one)), "")
    if not decorator:
        return
    schema = _RESPONSE.search(decorator) or _RETURNED.match(function.returns or "")
    if schema is None:
        return
    start, end = function.body[0], min(function.body[1], function.body[0] + _MOST_FUNCTION)
    body = code.text(start, end)
    returns = list(_RETURNS.finditer(body))
    if len(returns) != 1:
        return
    given = body[returns[0].end() :].strip()
    at = start + len(body[: returns[0].end()].encode())
    entry = _ENTRY.search(given)
    name = given if _NAME.match(given) else entry[1] if entry is not None else ""
    source = given
    scope = function.scope
    if name:
        binding = code.binding_of(name, at, scope)
        if binding is None or code.function_at(binding.scope) is not function:
            return
        source = code.text(*binding.value)[:_MOST_FUNCTION].strip()
        at, scope = binding.start, binding.scope
    rows = alchemy_rows(code, source, at, scope)
    whole, _ = whole_query(code, source, at, scope)
    if function.is_async and ".query" not in whole and rows is not None:
        return  # a session that waits loads nothing lazily
    by = _GIVES.match(source) if rows is None else None
    if rows is None and by is None:
        return
    model, loaded, scoped = rows or ("", (), ())
    yield AnsweredRows(
        function.name,
        code.line(function.name_at),
        schema[1],
        code.line(at),
        " ".join(source.split())[:_SOURCE],
        model,
        by[1] if by is not None else "",
        loaded,
        scoped,
        _CUT.search(whole) is not None,
    )
