"""What is written in the place of a statement that a loop repeats, in the words of Django."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_reconaudit.facts.query.django_fixes import (
    Followed,
    LoopedStatement,
    fix_of_django,
    fix_of_followed,
)
from pytest_reconaudit.facts.query.loop_bodies import (
    BesideStatement,
    further_statements,
    is_hand_picked,
)
from pytest_reconaudit.target import Target

RELATIONS = {"OrderLine": frozenset({"order"})}


def _one(source: str, kind: str = "select", **more: Any) -> LoopedStatement:
    given: dict[str, Any] = {"table": "order_line", "via": "", "over": "orders"}
    given |= {"variable": "order", "body": source, "above": "", **more}
    return LoopedStatement(kind=kind, source=source, **given)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (
            _one("line = OrderLine.objects.filter(order=order).first()"),
            "{one.order_id: one for one in OrderLine.objects.filter(order__in=orders)}",
        ),
        (
            _one("OrderLine.objects.get(slug=order.slug, box__open=True)"),
            "OrderLine.objects.filter(box__open=True, slug__in=[order.slug for order in orders])",
        ),
        (
            _one("OrderLine.objects.get(pk=order.line_id)"),
            "found = OrderLine.objects.in_bulk([order.line_id for order in orders])",
        ),
        (
            _one('OrderLine.objects.get(id=order["line"], shop=shop)'),
            'OrderLine.objects.filter(shop=shop).in_bulk([order["line"] for order in orders])',
        ),
        # The keys of a form are text: rows are gone over, and what the row has to be is kept.
        (
            _one("line = OrderLine.objects.get(id=order, user=request.user)"),
            "for line in OrderLine.objects.filter(user=request.user, id__in=orders):",
        ),
        (
            _one("line = get_object_or_404(OrderLine, pk=order, open=True)"),
            "for line in OrderLine.objects.filter(open=True, pk__in=orders):",
        ),
        (_one("X.objects.filter(boxes=order)"), "\nX.objects.filter(boxes__in=orders)"),
        (_one("X.objects.filter(order=order).latest('at')"), "statement's own order (`latest`)"),
        (_one("X.objects.get(Q(a=1), slug=order.slug)"), "by `slug`, with its other conditions,"),
        (_one("X.objects.get(slug=order.slug, box=box)\nbox = 1"), "with its other conditions"),
        (
            _one("X.objects.get(slug__iexact=order.slug)"),
            "of each (`slug__iexact`) from what came.",
        ),
        (
            _one("X.objects.filter(at__lte=order.at, open=True).order_by('at')[:1]"),
            (
                "any element may mean, with its other conditions, in the statement's own"
                " order (`order_by`), and choose those of each (`at__lte`) from what came."
            ),
        ),
        (
            _one("X.objects.filter(at__lte=order.at).count()", "count"),
            'one `aggregate()` before the loop: a `Count("pk", filter=Q(at__lte=...))` for each.',
        ),
        (_one("row = find(order)"), "with the statement's own conditions"),
        (
            _one("X.objects.filter(order=order, open=True).count()", "count"),
            'X.objects.filter(open=True, order__in=orders).values_list("order")',
        ),
        (
            _one("X.objects.filter(a=order.pk).exists()", "exists"),
            "there = set(X.objects.filter(a__in=[order.pk for order in orders])",
        ),
        (_one("line.save()", "insert"), "OrderLine.objects.bulk_create(rows)"),
        (_one("Order_Line.objects.create(order=order)", "insert"), "Order_Line.objects.bulk_"),
        (
            _one("line = OrderLine.objects.create(order=order)\nbox.add(line)", "insert"),
            "What the loop does with each `line` then comes behind it.",
        ),
        (_one("line.save()", "update"), "`bulk_update(rows, fields)`"),
        (_one("line.delete()", "delete"), "`delete()` of the queryset"),
        (_one("X.objects.update_or_create(a=order)", "upsert"), "update_conflicts=True"),
        (_one("", via="left_of"), "`left_of` asks for `OrderLine` for one element"),
        (_one("", "insert", via="book"), "`book` writes `OrderLine` for one element"),
    ],
)
def test_statements_are_asked_for_once(asked: LoopedStatement, wanted: str) -> None:
    assert wanted in fix_of_django(asked, RELATIONS)


def test_other_statements_of_the_loop_are_treated() -> None:
    fix = fix_of_django(
        _one(
            "user = User.objects.get(id=order)",
            others=[("insert", "the INSERT of guest", 7), ("select", "the SELECT of seat", 8)],
            further=[
                BesideStatement("room.guests.add()", 9, "add"),
                BesideStatement("user.save()", 10, "save"),
            ],
        ),
        RELATIONS,
    )
    assert "gather the INSERT of guest of line 7 for one `bulk_create`" in fix
    assert "ask once for the SELECT of seat of line 8" in fix
    assert "`room.guests.add(*rows)` once for all (line 9)" in fix
    assert "`user.save()` of line 10 still is a statement for each" in fix


def test_what_the_loop_reports_is_kept() -> None:
    body = (
        "try:\n    line = Line.objects.get(id=order)\n    position += 1\n"
        "except Line.DoesNotExist:\n    errors.append(order)"
    )
    fix = fix_of_django(_one("    line = Line.objects.get(id=order)", body=body), {})
    assert "A key without a row, which the loop reports" in fix
    assert "sort them as the keys are" in fix


@pytest.mark.parametrize(
    ("followed", "wanted"),
    [
        ([("Order.customer", "select", False), ("Order.shop.town", "select", False)],
         'orders.select_related("customer", "shop__town")'),
        ([("Order.lines.all()", "select", False)], 'orders.prefetch_related("lines")'),
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


def test_async_code_goes_over_rows_by_async_for() -> None:
    told = fix_of_django(
        _one("line = await OrderLine.objects.filter(order=order).afirst()"), RELATIONS
    )
    assert "{one.order_id: one async for one in OrderLine.objects.filter(order__in=orders)}" in told
    told = fix_of_django(_one("await OrderLine.objects.aget(pk=order.line_id)"), RELATIONS)
    assert "await OrderLine.objects.ain_bulk([order.line_id for order in orders])" in told


def test_a_row_that_is_not_there_is_refused_as_before() -> None:
    told = fix_of_django(_one('OrderLine.objects.get(slug=order["slug"])'), RELATIONS)
    assert "look each up by `.get()`, and refuse as it does" in told
    assert "make them what the column holds first" in told
    told = fix_of_django(_one("OrderLine.objects.filter(slug=order.slug).first()"), RELATIONS)
    assert "refuse" not in told
