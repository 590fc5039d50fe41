"""GitHub's ``if`` expressions: syntax, coercions, what is known and what is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.expression import (
    UNKNOWN,
    And,
    Call,
    Compare,
    Literal,
    Name,
    Not,
    Partial,
    Value,
    conjuncts,
    evaluate,
    literals,
    names,
    read_condition,
    read_expression,
    status_functions,
    truth,
)

KNOWN: dict[tuple[str, ...], Value] = {
    ("github", "event_name"): "push",
    ("github", "ref"): "refs/heads/main",
    ("github", "run_number"): 12.0,
    ("github", "event", "pull_request"): None,
    ("matrix", "flags"): ["a", "b"],
    ("tag",): Partial("refs/tags/v", frozenset({"refs/tags/v1"})),
    ("any",): Partial(""),
}


def value(text: str) -> Value:
    node = read_expression(text)
    assert node is not None, text
    return evaluate(node, lambda path: KNOWN.get(path, UNKNOWN))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("github.event_name == 'push'", True),
        ("GitHub.Event_Name == 'PUSH'", True),
        ("github['event_name'] != 'push'", False),
        ("github.event_name == 'push' && github.ref == 'refs/heads/dev'", False),
        ("github.ref == 'refs/heads/dev' || !false", True),
        ("!(github.event_name == 'push') || false", False),
        ("!!true", True),
        ("!!!true", False),
        ("startsWith(github.ref, 'refs/HEADS/')", True),
        ("endsWith(github.ref, 'main')", True),
        ("contains(github.ref, 'master')", False),
        ('contains(fromJSON(\'["push", "release"]\'), github.event_name)', True),
        ("contains(fromJSON('[\"release\"]'), github.event_name)", False),
        ("contains(matrix.flags, 'B')", True),
        ("format('refs/heads/{0}', 'main') == github.ref", True),
        ("always()", True),
        ("true && 'text'", "text"),
        ("false && unknown.x", False),
        ("unknown.x && false", False),
        ("true || unknown.x", True),
        ("unknown.x || 'yes'", True),
        # coercions
        ("null == false", True),
        ("null == 0", True),
        ("'' == 0", True),
        ("'12' == github.run_number", True),
        ("'0x0c' == github.run_number", True),
        ("'abc' == 0", False),
        ("true == 1", True),
        ("true == 'true'", False),
        ("github.run_number >= 12", True),
        ("'b' > 'A'", True),
        ("1.5e1 == 15", True),
        ("-1 < +1", True),
        ("'it''s' == 'IT''S'", True),
        ("github.event.pull_request == true", False),
        # what is partly known
        ("startsWith(tag, 'refs/tags/')", True),
        ("startsWith(tag, 'refs/heads/')", False),
        ("tag == 'refs/tags/v1'", False),
        ("tag == 'refs/heads/v2'", False),
        ("tag == null", False),
        ("contains(tag, 'tags')", True),
        ("NaN == NaN", False),
    ],
)
def test_known_values(text: str, wanted: Value) -> None:
    assert value(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "inputs.target == 'production'",
        "success()",
        "failure() || cancelled()",
        "hashFiles('**/Cargo.lock') != ''",
        "toJSON(github) == '{}'",
        "fromJSON(inputs.list)[0] == 'x'",
        "github.event.commits.*.message == 'x'",
        "github.event_name == 'push' && inputs.deploy",
        "startsWith(tag, 'refs/tags/v2')",
        "tag == 'refs/tags/v2'",
        "endsWith(tag, '-rc')",
        "any == ''",
        "any",
        "needs['build'].result == 'success'",
        "matrix[inputs.key]",
        "1 < inputs.x",
    ],
)
def test_unknown_values(text: str) -> None:
    assert truth(value(text)) is None


@pytest.mark.parametrize(
    "text",
    ["", "  ", "a ==", "(a", "a)", "a b", "'open", "a.", "a[1", "f(a,)", "f(,)", "&& a", "a & b",
     '"double"', "a.'b'", "$x", "{{ a }}"],
)  # fmt: skip
def test_what_is_no_expression(text: str) -> None:
    assert read_expression(text) is None


def test_too_large_or_too_deep_is_no_expression() -> None:
    assert read_expression("(" * 49 + "a" + ")" * 49) is not None
    assert read_expression("(" * 60 + "a" + ")" * 60) is None
    assert read_expression("a" * 30_000) is None
    assert read_expression(" && ".join(["a.b == 'c'"] * 500)) is not None
    assert read_expression("a == " * 100 + "a") is None
    assert read_expression("!" * 5_000 + "a") == Not(Not(Name(("a",))))


def test_conditions_with_and_without_braces() -> None:
    plain = read_condition("github.ref == 'x'")
    assert plain == Compare("==", Name(("github", "ref")), Literal("x"))
    assert read_condition(" ${{ github.ref == 'x' }} ") == plain
    # Text beside the braces makes the whole a text, which is always true.
    assert read_condition("${{ github.ref }} == 'x'") is None
    assert read_condition("${{ a }} && ${{ b }}") is None


def test_looking_at_a_tree() -> None:
    node = read_expression(
        "always() && (github.ref == 'a' || contains(fromJSON('[\"b\"]'), github.ref_name)) && !x"
    )
    assert node is not None
    assert literals(node) == {"a", "b", '["b"]'}
    assert names(node) == {("github", "ref"), ("github", "ref_name"), ("x",)}
    assert status_functions(node) == {"always"}
    parts = conjuncts(node)
    assert parts[0] == Call("always", ())
    assert len(parts) == 3
    nested = And((And((Literal(True), Literal(False))), Literal(None)))
    assert [part.value for part in conjuncts(nested) if isinstance(part, Literal)] == [
        True, False, None,
    ]  # fmt: skip


def test_truth() -> None:
    assert [truth(one) for one in (None, False, 0.0, "", math.nan)] == [False] * 5
    assert [truth(one) for one in (True, 1.0, "0", "false", [], {}, Partial("x"))] == [True] * 7
    assert [truth(one) for one in (UNKNOWN, Partial(""))] == [None, None]


PIECES = st.sampled_from(
    ["&&", "||", "==", "!=", "<", ">=", "!", "(", ")", "[", "]", ".", ",", "*", "'a'", "''", "1",
     "0x1f", "-2e9", "1e999", "true", "null", "NaN", "github", "ref", "contains", "fromJSON",
     "startsWith", "format", "always", "'[1,{}]'", "'{0}{9}'", " ", "é", "\0", "\n"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map(" ".join)))
def test_never_raises(text: str) -> None:
    node = read_condition(text)
    if node is not None:
        literals(node)
        names(node)
        for answer in (UNKNOWN, None, "refs/heads/main", 3.0, Partial("refs/"), [1, "a"], {"a": 1}):
            result = evaluate(node, lambda _, answer=answer: answer)
            assert truth(result) in (True, False, None)


ATOMS = st.sampled_from(["a", "b", "c", "true", "false"])
FORMULAS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
    ),
    max_leaves=8,
)


@given(FORMULAS, st.tuples(*[st.booleans()] * 3), st.sets(st.sampled_from("abc")))
def test_not_knowing_never_contradicts_knowing(
    formula: str, values: tuple[bool, ...], hidden: set[str]
) -> None:
    node = read_expression(formula)
    assert node is not None
    full = dict(zip("abc", values, strict=True))
    exact = truth(evaluate(node, lambda path: full[path[0]]))
    partial = truth(evaluate(node, lambda p: UNKNOWN if p[0] in hidden else full[p[0]]))
    assert partial in (exact, None)
    python = formula.replace("&&", " and ").replace("||", " or ").replace("!", " not ")
    python = python.replace("true", "True").replace("false", "False")
    assert exact is eval(python, {"__builtins__": {}}, dict(full))
