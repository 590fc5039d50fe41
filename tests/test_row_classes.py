"""What Python classes read of a row, and which lines of a text are run for every row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.code import code_of
from pytest_reconaudit.readers.scans.row_classes import RowClasses, row_classes, sure_lines
from pytest_reconaudit.readers.syntax import read_syntax

SERIALIZERS = '''\
from rest_framework import serializers


class PenSerializer(serializers.ModelSerializer):
    owner = serializers.CharField(source="pen.owner.name")
    count = serializers.SerializerMethodField()

    class Meta:
        model = Pen
        fields = ("id", "owner", "count")

    def get_count(self, obj):
        """Of `obj.animals`."""
        if obj.closed:
            return obj.keepers.count()
        total = sum(
            one.weight
            for one in obj.animals.all()
        )
        return total + Visit.objects.filter(pen=obj).count()
'''

ROWS = """\
from app import db


def pens():
    return Pen.query.options(joinedload(Pen.owner)).filter_by(farm_id=farm_id).all()


def shown():
    return [one.serialize() for one in pens()]
"""


def read(text: str, path: str = "app/pens.py") -> RowClasses | None:
    return row_classes(code_of(read_syntax(text, path)))


def test_what_a_serializer_reads() -> None:
    found = read(SERIALIZERS)
    assert found is not None
    (one,) = found.classes
    assert (one.name, one.line, one.bases) == ("PenSerializer", 4, ("ModelSerializer",))
    assert [(each.name, each.line, each.callee) for each in one.fields] == [
        ("owner", 5, "CharField"),
        ("count", 6, "SerializerMethodField"),
    ]
    assert one.meta is not None
    assert [(name, line) for name, _, line in one.meta] == [("model", 9), ("fields", 10)]
    (method,) = one.methods
    # What comes after a return that the row decides is asked for some rows alone.
    assert [(".".join(each.names), each.called, each.line) for each in method.reads] == [
        ("closed", False, 14)
    ]
    assert method.asks == ()


def test_which_functions_give_rows() -> None:
    found = read(ROWS)
    assert found is not None
    (source,) = found.sources
    assert (source.name, source.model, source.loaded, source.scoped) == (
        "pens",
        "Pen",
        ("owner",),
        ("farm_id",),
    )
    (loop,) = found.loops
    assert (loop.function, loop.line, loop.given_by) == ("shown", 9, "pens")
    assert [one.names for one in loop.reads] == [("serialize",)]


def test_lines_that_every_row_runs() -> None:
    body = "a = row.x\nif row.y:\n    b = row.z\nelse:\n    c = 1\ntry:\n    d\nexcept E:\n    e\nf"
    assert [number for number, _ in sure_lines(body, "row")] == [0, 1, 3, 5, 6, 9]


def test_behind_the_first_of_several_conditions_not_every_row_gets() -> None:
    body = "n = 1\nif row.closed and row.owner:\n    n += 1\nreturn row.brand or row.colour"
    assert sure_lines(body, "row") == [
        (0, "n = 1"),
        (1, "if row.closed "),
        (3, "return row.brand or row.colour"),
    ]


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    list(sure_lines(text, "row"))
    found = read(f"class A(models.Model):\n    def f(self, obj):\n        {text}\n")
    lines = text.count("\n") + 10
    for one in found.classes if found is not None else ():
        assert all(each.line <= lines for method in one.methods for each in method.reads)


CACHED = """\
class EntrySerializer(serializers.ModelSerializer):
    class Meta:
        model = Entry

    def to_representation(self, instance):
        harbour = instance.race.water.harbour
        if harbour.pk not in self._wind_cache:
            self._wind_cache[harbour.pk] = instance.boat.owner
        return self._wind_cache[harbour.pk]

    def get_crew(self, obj):
        if "crew" in self._crew_cache:
            return obj.crew.name

    def get_sail(self, obj):
        sail = obj.sail.number()
        if obj.blank:
            return None
        return obj.sail.maker.name, obj.mast.maker
"""


def test_what_stands_before_a_look_into_a_cache_is_read() -> None:
    found = read(CACHED)
    assert found is not None
    shown, sail = found.classes[0].methods
    assert [one.names for one in shown.reads] == [("race", "water", "harbour")]
    assert shown.further == ()
    assert [one.names for one in sail.reads] == [("sail", "number"), ("blank",)]
    assert [(one.names, one.line) for one in sail.further] == [(("sail", "maker", "name"), 19)]
