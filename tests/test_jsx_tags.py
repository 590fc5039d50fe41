"""The tags of one component in the text of a script."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.jsx_tags import read_tags


def fresh(text: str) -> list[tuple[str, ...]]:
    return [tag.fresh for tag in read_tags(text, "Row")]


def test_what_is_made_in_the_tag_is_fresh() -> None:
    assert fresh(
        "<Row a={{ b: 1 }} c={[1]} d={() => x} e={async (y) => { z(); }} f={<B />} />"
    ) == [("a", "c", "d", "e", "f")]
    assert fresh("<Row a={function () {}} b={new Date()} c={(x: number): string => `${x}`} />") == [
        ("a", "b", "c")
    ]


def test_what_has_a_name_is_not() -> None:
    assert fresh('<Row a="x > y" b={c} d={e.f(g)} h={i ? j : k} l={`m ${n}`} o key={p} />') == [()]


def test_elements_inside_are_children() -> None:
    assert fresh("<Row a={b}>text</Row><Row>\n  <b>c</b></Row><Row>{(d) => <e />}</Row>") == [
        (),
        ("children",),
        ("children",),
    ]


def test_spread_properties_are_unseen() -> None:
    [tag] = read_tags("<p/>\n<Row {...rest} a={b} />", "Row")
    assert (tag.line, tag.fresh, tag.spread) == (2, (), True)


def test_only_the_component_itself() -> None:
    assert read_tags("<Rows /><Row.Head /><BigRow />", "Row") == ()


@given(st.text(alphabet="<Row {}=>()/'\"`ab\n\\[.") | st.text())
def test_never_raises(text: str) -> None:
    for tag in read_tags("<Row " + text, "Row"):
        assert 1 <= tag.line <= text.count("\n") + 1
