"""The index of Python files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import Call, Code, Import, Parameter, Scope, index_code
from pytest_reconaudit.readers.syntax import read_syntax

ORDERS = '''\
from __future__ import annotations

import os.path
import sqlalchemy as sa
from ..db import session as db, Order
from .models import *
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .people import Person


@router.get("/orders")
@cached(ttl=60)
async def list_orders(page: int = 1, *args: int, q, limit: int | None = None, **rest) -> list[Order]:
    """Orders, newest first."""
    rows = await db.execute(
        sa.select(Order).limit(limit)
    )
    for row in rows.scalars():
        row.total = await total_of(row)
    else:
        done()
    while more():
        step()
    names = {row.id: load(row) for row in rows for load in loaders(row) if keep(row)}
    first = second = find(os.path.join("a", "b"))
    with open("x") as handle:
        handle.read()
    return sorted(rows, key=lambda one: rank(one))


class Ledger(Base[int], metaclass=Meta):
    size: int = 3

    def _sum(self, /, *, by=lambda: now()):
        def inner():
            return Order.count(1)
        if (n := inner()):
            return n
        try:
            self.store.save(n)
        except OSError as error:
            log(error)
        finally:
            close()


class TestLedger:
    def helper(self):
        return 1

    def test_sum(self):
        assert self.helper() == 1
'''


@pytest.fixture(scope="module")
def code() -> Code:
    return index(ORDERS)


def index(text: str) -> Code:
    return index_code(read_syntax(text, "shop/orders.py"))


def only(code: Code, name: str) -> Call:
    (call,) = code.calls_named([name])
    return call


def inside(code: Code, name: str) -> list[tuple[str, str, str]]:
    """(kind, label, head) of the scopes around a call, inner first, the module left out."""
    around = code.around(only(code, name).scope)
    return [(one.kind, one.label, code.text(one.head)) for one in around if one.index]


def test_functions_have_their_signature(code: Code) -> None:
    names = [(one.name, one.owner, one.is_async, one.exported) for one in code.functions]
    assert names == [
        ("list_orders", "", True, True),
        ("_sum", "Ledger", False, False),
        ("inner", "", False, True),
        ("helper", "TestLedger", False, True),
        ("test_sum", "TestLedger", False, True),
    ]
    orders, ledger = code.functions[:2]
    assert orders.parameters == (
        Parameter("page", "int"),
        Parameter("*args", "int"),
        Parameter("q"),
        Parameter("limit", "int | None"),
        Parameter("**rest"),
    )
    assert orders.returns == "list[Order]"
    assert orders.attributes == ('@router.get("/orders")', "@cached(ttl=60)")
    assert code.place(orders.name_at).line == 15
    assert code.place(orders.name_at).column == 11
    assert ledger.parameters == (Parameter("self"), Parameter("by"))
    assert ledger.trait == "Base"


def test_what_lies_in_a_class_of_tests_is_test_code(code: Code) -> None:
    assert [one.name for one in code.functions if one.is_test] == ["helper", "test_sum"]
    fixture = index("@pytest.fixture\ndef client():\n    return make()\n")
    assert fixture.functions[0].is_test
    model = index("class TestPlan(Model):\n    def run(self):\n        pass\n")
    assert not model.functions[0].is_test


def test_calls_have_their_words(code: Code) -> None:
    execute = only(code, "execute")
    assert execute.path == ("db", "execute")
    assert code.resolved(execute.path) == (".", ".", "db", "session", "execute")
    assert code.text(execute.receiver) == "db"
    assert [code.text(one) for one in execute.arguments] == ["sa.select(Order).limit(limit)"]
    assert execute.awaited
    assert code.place(execute.name_at).line == 17
    assert code.place(execute.name_at).column == 21
    limit = only(code, "limit")
    assert limit.path == ()
    assert code.text(limit.receiver) == "sa.select(Order)"
    join = only(code, "join")
    assert join.path == ("os", "path", "join")
    assert [code.text(one) for one in join.arguments] == ['"a"', '"b"']
    save = only(code, "save")
    assert (save.path, code.text(save.receiver)) == ((), "self.store")
    assert only(code, "count").path == ("Order", "count")


def test_scopes_say_under_which_conditions_code_runs(code: Code) -> None:
    function = ("function", "", "")
    rows = ("loop", "comprehension", "rows")
    assert inside(code, "scalars") == [function]
    assert inside(code, "total_of") == [("loop", "for", "rows.scalars()"), function]
    assert inside(code, "done") == [("block", "else", ""), function]
    assert inside(code, "more") == [function]
    assert inside(code, "step") == [("loop", "while", "more()"), function]
    inner = ("loop", "comprehension", "loaders(row)")
    assert inside(code, "load") == [inner, rows, function]
    assert inside(code, "loaders") == [rows, function]
    assert inside(code, "keep") == [inner, function]
    assert inside(code, "read") == [("block", "with", ""), function]
    assert inside(code, "rank") == [("closure", "", "one"), function]
    assert inside(code, "now") == [("closure", "", ""), ("block", "", "")]
    assert inside(code, "log")[0] == ("block", "catch", "")
    assert inside(code, "close")[0] == ("block", "finally", "")
    assert code.function_at(only(code, "count").scope) == code.functions[2]


def test_a_lambda_knows_the_call_that_it_is_given_to(code: Code) -> None:
    closures = [one for one in code.scopes if one.kind == "closure"]
    given = [code.calls[one.call].name if one.call >= 0 else "" for one in closures]
    assert given == ["sorted", ""]


def test_bindings(code: Code) -> None:
    found = {one.name: code.text(one.value) for one in code.bindings}
    assert found["first"] == found["second"] == 'find(os.path.join("a", "b"))'
    assert found["row.total"] == "await total_of(row)"
    assert found["handle"] == 'open("x")'
    assert found["n"] == "inner()"
    (size,) = [one for one in code.bindings if one.name == "size"]
    assert (size.type, code.text(size.value)) == ("int", "3")
    scope = only(code, "rank").scope
    names = code.binding_of("names", len(code.source), scope)
    assert names is not None
    assert code.line(names.start) == 26


def test_imports(code: Code) -> None:
    assert [(one.name, one.path, one.type_only) for one in code.imports] == [
        ("os", ("os",), False),
        ("sa", ("sqlalchemy",), False),
        ("db", (".", ".", "db", "session"), False),
        ("Order", (".", ".", "db", "Order"), False),
        ("*", (".", "models", "*"), False),
        ("TYPE_CHECKING", ("typing", "TYPE_CHECKING"), False),
        ("Person", (".", "people", "Person"), True),
    ]
    assert index("import a.b as c\n").imports == (Import("c", ("a", "b"), 0),)


def test_a_generator_is_one_argument() -> None:
    code = index("total = sum(price(x) for x in items)\n")
    assert [code.text(one) for one in only(code, "sum").arguments] == ["(price(x) for x in items)"]
    assert [one.kind for one in code.around(only(code, "price").scope)] == ["loop", "module"]


def test_a_called_value_without_a_name() -> None:
    code = index("handlers[1](2)\n(await get())(3)\n(x\n  # why\n  .run)()\n")
    assert [(one.name, one.path) for one in code.calls] == [
        ("", ()),
        ("", ()),
        ("get", ("get",)),
        ("", ()),
    ]


def test_what_lies_beside_an_error_is_indexed() -> None:
    code = index("def f(:\n    pass\n\ndef g():\n    h(1)\n")
    assert only(code, "h").arguments


_WORDS = st.sampled_from(
    ["def f(", "):", "\n", "    ", "for x in ", "y", "[", "]", "(", ")", "lambda z: ", "await ",
     "async ", "class A", "import a.b", "from . import *", "if ", "else:", "=", ":=", "with ",
     " as q", "@d", '"', "'''", "é", "\t", "# c", "match x:", "case 1:", "try:", "except:"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(_WORDS, max_size=30).map("".join)))
def test_never_raises(text: str) -> None:
    code = index(text)
    size = len(code.source)
    lines = code.source.count(b"\n") + 1
    for number, scope in enumerate(code.scopes):
        assert scope.index == number
        assert 0 <= scope.start <= scope.end <= size
        assert scope.parent < number
        assert encloses(code.scopes[scope.parent], scope.start, scope.end) or not number
    for call in code.calls:
        assert encloses(code.scopes[call.scope], call.start, call.start)
        assert 1 <= code.place(call.name_at).line <= lines
    for function in code.functions:
        assert code.scopes[function.scope].function == function.index
    assert [call.start for call in code.calls] == sorted(call.start for call in code.calls)


def encloses(scope: Scope, start: int, end: int) -> bool:
    return scope.start <= start and end <= scope.end
