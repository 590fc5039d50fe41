"""What loops over Django's rows are told to load along, and what else stands in such loops."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.query.followed_fixes import Followed, fix_of_followed
from pytest_reconaudit.facts.query.loop_bodies import further_statements, is_hand_picked
from pytest_reconaudit.target import Target


@pytest.mark.parametrize(
    ("followed", "wanted"),
    [
        ([("Order.customer", "select", False), ("Order.shop.town", "select", False)],
         'orders.select_related("customer", "shop__town")'),
        ([("Order.lines.all()", "select", False)], 'orders.prefetch_related("lines")'),
        (
            [("Order.lines.boxes.all()", "select", False)],
            'orders.prefetch_related("lines__boxes")',
        ),
        ([("Order.lines.count()", "count", False)],
         'orders.annotate(n=Count("lines", distinct=True))'),
        ([("Order.lines.filter()", "select", True)], "`lines` is loaded along already"),
        ([("Order.lines.filter() (by Order.open)", "select", False)], "Ask for `lines.filter()`"),
        ([("Order.lines.exists()", "count", False)], "`Exists` with `OuterRef`"),
        ([("Line (by Order.open)", "select", False)], ""),
    ],
)  # fmt: skip
def test_relations_are_loaded_along(followed: list[tuple[str, str, bool]], wanted: str) -> None:
    fix = fix_of_followed([Followed(what, kind, "orders", one) for what, kind, one in followed])
    assert wanted in fix
    assert bool(fix) == bool(wanted)


MODELS = """\
from django.db import models


class Seat(models.Model):
    photo = models.ImageField()


class Room(models.Model):
    guests = models.ManyToManyField("auth.User")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)
"""
ROOMS = """\
def {name}(request):
    data = json.loads(request.body)
    {over} = {value}
    for one in {over}:
        user = User.objects.get(id=one)
        if not room.guests.filter(id=one).exists():
            room.guests.add(user)  # rows
        user.save()
        form.save()
        user.groups.add(one)
        seat.photo.delete()
    seat.save()
"""


def test_further_statements_of_a_loop(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS)
    text = ROOMS.format(name="invite", over="ids", value="data")
    (tmp_path / "views.py").write_text(text)
    found = further_statements(Target(tmp_path), "views.py", 4, {5})
    assert [(one.text, one.line, one.kind) for one in found] == [
        ("room.guests.filter()", 6, "ask"),
        ("room.guests.add()", 7, "add"),
        ("user.save()", 8, "save"),
        ("form.save()", 9, "save"),
        ("seat.photo.delete()", 11, "file"),
    ]
    assert further_statements(Target(tmp_path), "views.ts", 4, ()) == ()


@pytest.mark.parametrize(
    ("name", "over", "value", "wanted"),
    [
        ("move", "ids", "request.POST.getlist('ids')", True),
        ("bulk_move", "ids", "request.POST.getlist('ids')", False),
        ("move", "guest_ids", "data.get('guest_ids', [])", True),
        ("create_room", "ids", "data['ids']", True),
        ("move", "ids", "data['ids']", False),
        ("create_room", "ids", "find()", False),
        ("create_room", "ids['x']", "data", False),
    ],
)
def test_keys_that_are_picked_by_hand(
    tmp_path: Path, name: str, over: str, value: str, *, wanted: bool
) -> None:
    (tmp_path / "views.py").write_text(ROOMS.format(name=name, over=over, value=value))
    found = is_hand_picked(Target(tmp_path), "views.py", name, 4, over, "user")
    assert found is wanted
