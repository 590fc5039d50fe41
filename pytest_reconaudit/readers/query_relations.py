"""Loops over Django's querysets: what of their rows is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Function
from pytest_reconaudit.readers.query_call import binding_near
from pytest_reconaudit.readers.query_excuses import Excuses
from pytest_reconaudit.readers.query_loops import DELIBERATE, LONG_BODY, folded
from pytest_reconaudit.readers.query_origin import ROOT, django_origin
from pytest_reconaudit.readers.query_python import queryset_model
from pytest_reconaudit.readers.query_reading import loop_pattern
from pytest_reconaudit.readers.query_records import ModelRelations, RelationLoop
from pytest_reconaudit.readers.query_steps import whole_query
from pytest_reconaudit.readers.scans.row_classes import GIVEN, sure_lines

__all__ = [
    "RelationReading",
]

_RELATION = regex(r"\bmodels\.(?:ForeignKey|OneToOneField)\s*\(")
_LOADED = regex(
    r"\b(?:select_related|prefetch_related)\s*\(([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*)\)"
)
_QUOTED = regex(r"[\"'](\w+)")
_MOST_READS = 300
_OWN_READ = regex(
    r"(?<![\w.])(\w+)\.([a-z]\w*)(?:(?![\w.])(?!\s*=[^=])(\()?|\.([a-z]\w*(?:\(\)?)?))"
)
"""``row.name``, ``row.name(``, ``row.name.what``."""
_ELSE_ONLY = regex(r"\b(?:or|and)\s+(?:not\s+)?\Z")
"""Right before a name: what stands in front of it decides whether it is read."""
_BEHIND = regex(
    r"\s*(?!self\.\w+\()[a-z]\w*(?:\.[a-z]\w*){0,2}\.([a-z]\w*)\s*\.(?:all|filter|exclude|order_by"
    r"|select_related|prefetch_related|distinct|annotate)\("
)
"""The related rows of one: ``order.lines.all()``."""
_UNWRAPPED = regex(r"^(?:list|sorted|tuple|reversed|set)\(\s*")
_AS_ROWS = regex(
    r"\.(?:filter|exclude|annotate|order_by|select_related|prefetch_related|distinct)\("
)
"""What only a queryset is asked, whatever it is made of."""
_BY_NAME = regex(r"[(,]\s*([a-z]\w*)\s*=(?!=)")
_CHANGES_ITSELF = r"(?:save|delete|archive|cancel|remove)(?:_\w+)?\("
"""What a loop calls on a row that it works off, one by one."""


class RelationReading(Excuses):
    """Loops over querysets."""

    def _relation_loops(self) -> Iterable[RelationLoop]:
        code = self.code
        for scope in code.scopes:
            if scope.kind != "loop" or scope.label not in ("for", "comprehension"):
                continue
            over = code.text(scope.head)
            text = over
            if not queryset_model(text) and _BEHIND.match(text) is None:
                root = ROOT.match(over)
                binding = (
                    binding_near(code, root[1], scope.head[0], max(scope.parent, 0))
                    if root is not None
                    else None
                )
                if binding is None or binding.name != (root[1] if root else ""):
                    continue
                text = f"{code.text(binding.value)} {over}"
                if not queryset_model(text) and _BEHIND.match(text) is None:
                    whole, first_of = whole_query(code, over, scope.head[0], max(scope.parent, 0))
                    base = _UNWRAPPED.sub("", first_of.lstrip())
                    if not queryset_model(base) and _BEHIND.match(base) is None:
                        base = ""
                    text = f"{base}\n{whole}"
            model = queryset_model(text)
            behind = _BEHIND.match(text) if not model else None
            if behind is not None:
                model = f".{behind[1]}"
            if not _AS_ROWS.search(text) and not model:
                continue
            if ".values" in text or ".aggregate" in text or self._few(text):
                continue
            start = code.source.rfind(b"for ", 0, scope.head[0])
            variable = loop_pattern(code.text(start + 4, scope.head[0]))
            if not variable.isidentifier():
                continue
            function = code.function_at(scope.index)
            body = code.text(scope.start, min(scope.end, scope.start + LONG_BODY))
            if f"{variable}." not in body:
                continue
            given = {name for root, name in GIVEN.findall(body) if root == variable}
            sure = {
                number + below
                for number, text in sure_lines(body, variable)
                for below in range(text.count("\n") + 1)
            }
            first: dict[tuple[str, str], int] = {}
            mentioned: dict[str, int] = {}
            own = (match for match in _OWN_READ.finditer(body) if match[1] == variable)
            for match in islice(own, _MOST_READS):
                name, what = match[2], match[4] or match[3] or ""
                mentioned.setdefault(name, match.start())
                if name in given or (match[4] and what in ("pk", "id")):
                    continue
                # What a row decides about itself is asked for few of them.
                if match[4] or (
                    body.count("\n", 0, match.start()) in sure
                    and _ELSE_ONLY.search(body[: match.start()][-40:]) is None
                ):
                    first.setdefault((name, what), match.start())
            found = tuple(
                # It is loaded where it is first looked at: ``if row.owner:``.
                (name, what, code.line(scope.start + len(body[: mentioned[name]].encode())))
                for name, what in first
            )
            if not found:
                continue
            loaded = tuple(name for given in _LOADED.findall(text) for name in _loaded(given))
            if ".bulk_create(" in text:
                # It gives back the objects that it is given, with what they were made of.
                loaded += self._made_with(model, function)
            yield RelationLoop(
                function.name if function else "",
                code.line(function.name_at) if function else 1,
                code.line(start),
                model,
                folded(over, 80),
                loaded,
                found,
                "comment"
                if DELIBERATE.search(self._comments(start, scope.start))
                else "works"
                if re.search(rf"\b{variable}\.{_CHANGES_ITSELF}", body)
                else "",
                "children" if behind is not None else django_origin(text),
            )

    def _made_with(self, model: str, function: Function | None) -> tuple[str, ...]:
        """What a function gives to the constructor of a model by name; ``*``, which is all, when it
        is not made there."""
        calls = [
            self.code.text((call.start, call.end))
            for call in self.code.calls
            if call.path
            and call.path[-1] == model
            and (function is None or function.start <= call.start < function.end)
        ]
        names = [name for text in calls for name in _BY_NAME.findall(text)]
        return tuple(dict.fromkeys(names)) if names else ("*",)

    def _models(self) -> Iterable[ModelRelations]:
        code = self.code
        for node in code.tree.walk(frozenset({"class_definition"})):
            body = node.child_by_field_name("body")
            name = node.child_by_field_name("name")
            if body is None or name is None:
                continue
            names = []
            for child in body.named_children:
                text = code.tree.text(child)
                if child.type == "expression_statement" and _RELATION.search(text[:200]):
                    names.append(loop_pattern(text.partition("=")[0].partition(":")[0]))
            if names:
                yield ModelRelations(code.tree.text(name), tuple(names))


def _loaded(given: str) -> Iterable[str]:
    names = _QUOTED.findall(given)
    # What is loaded beyond a relation is loaded with it.
    return [*dict.fromkeys(name.partition("__")[0] for name in names), *names] or ["*"]
