"""What is written in the place of a query per row, and who may ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.query.guards import is_for_staff, names_staff
from pytest_reconaudit.facts.query.python_fixes import (
    Repeated,
    fix_of_list,
    fix_of_page,
    fix_of_queries,
    fix_of_relations,
)
from pytest_reconaudit.target import Target


def _one(kind: str, source: str, **more: str) -> Repeated:
    given = {"table": "order_line", "library": "django", "over": "orders", "variable": "order"}
    given |= {"via": "", **more}
    return Repeated(kind=kind, source=(source,), **given)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        (
            _one("select", "OrderLine.objects.filter(order=order).first()"),
            "{one.order_id: one for one in OrderLine.objects.filter(order__in=orders)}",
        ),
        (
            _one("select", "OrderLine.objects.get(slug=order.slug)"),
            "OrderLine.objects.filter(slug__in=[order.slug for order in orders])",
        ),
        (
            _one("select", "_line_or_404(one)", library="sqlalchemy", via="_line_or_404", key="id"),
            "OrderLine.id.in_(keys)",
        ),
        (_one("select", "OrderLine.objects.get(pk=order.line_id)"), "objects.in_bulk([order."),
        (_one("select", "X.objects.filter(boxes=order)"), "\nOrderLine.objects.filter(boxes__in"),
        (
            _one("select", "X.objects.filter(order=order).latest('at')"),
            "of each key the last stays",
        ),
        (
            _one("select", "X.objects.get(slug=order.slug, open=True)"),
            "statement's other conditions",
        ),
        (
            _one("select", "select(X).where(X.code == order).limit(1)", library="sqlalchemy"),
            "`DISTINCT ON`",
        ),
        (
            _one("count", "X.objects.filter(a__b=order)"),
            'values_list("key").annotate(n=Count("pk"))',
        ),
        (_one("insert", "save()"), "OrderLine.objects.bulk_create(rows)"),
        (
            _one(
                "select", "select(OrderLine).where(OrderLine.code == order)", library="sqlalchemy"
            ),
            "select(OrderLine).where(OrderLine.code.in_(orders))",
        ),
        (_one("count", "", via="left_of", library="sqlalchemy"), "`left_of` does it for one"),
        (_one("update", "", library="sql"), "executemany"),
    ],
)
def test_statements_are_asked_for_once(asked: Repeated, wanted: str) -> None:
    assert wanted in fix_of_queries(asked, {"OrderLine": frozenset({"order"})})


@pytest.mark.parametrize(
    ("library", "wanted"),
    [
        ("django", 'OrderLine.objects.order_by("-pk")[:100]'),
        ("sqlalchemy", ".limit(100)"),
        ("sql", ""),
    ],
)
def test_pages_are_of_the_table(library: str, wanted: str) -> None:
    fix = fix_of_page("order_line", library)
    assert wanted in fix
    assert bool(fix) == bool(wanted)


def test_unknown_libraries_have_no_sample() -> None:
    assert fix_of_queries(_one("select", "", library="tortoise"), {}) == ""


@pytest.mark.parametrize(
    ("relations", "over", "library", "wanted"),
    [
        (
            [("Order.customer", "select"), ("Order.shop", "select")],
            "Order.objects.all().iterator()",
            "django",
            'Order.objects.select_related("customer", "shop")',
        ),
        ([("Order.lines", "count")], "orders", "django", 'orders.annotate(n=Count("lines"))'),
        (
            [("Order.lines.filter() (by Order.open)", "select")],
            "enumerate(orders)",
            "django",
            'queryset.prefetch_related("lines")',
        ),
        ([("Order.lines", "select")], "orders", "sqlalchemy", "selectinload(Order.lines)"),
        ([("Line (by Order.open)", "select")], "orders", "django", ""),
    ],
)
def test_relations_are_loaded_along(
    relations: list[tuple[str, str]], over: str, library: str, wanted: str
) -> None:
    fix = fix_of_relations(relations, over, library)
    assert wanted in fix
    assert bool(fix) == bool(wanted)


def test_lists_load_what_their_rows_ask_for() -> None:
    loads = [("customer", True), ("lines__box", False), ("customer", True)]
    fix = fix_of_list("Order.objects.filter(\n    open=True,\n)", loads, ["Vote by each Order"])
    # What stands behind the conditions may not be in the source that is known.
    wanted = 'queryset.select_related("customer")'
    assert f'{wanted}.prefetch_related("lines__box")' in fix
    whole = fix_of_list("Order.objects.all()", loads, [])
    assert 'Order.objects.select_related("customer")' in whole
    assert "Prefetch(" in fix
    assert "self.related" in fix_of_list("queryset", loads, [], shared=True)
    of_each = fix_of_list("queryset", loads, [], others=[("Archive", [("box", True)])])
    assert 'queryset.select_related("box")  # of Archive' in of_each
    assert fix_of_list("", [], []) == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[IsAuthenticated, IsAdminUser]", True),
        ("@staff_member_required", True),
        ('@method_decorator(require_permission(Permission.STAFF_AREA), name="dispatch")', True),
        ("get_current_active_superuser", True),
        ("IsAdminOrReadOnly", False),
        ("[IsOwner | IsAdminUser]", False),
        ("[IsAuthenticated]", False),
        ("@badminton_only", False),
    ],
)
def test_guards_for_staff(text: str, wanted: bool) -> None:
    assert names_staff(text) is wanted


VIEWS = """\
from rest_framework import permissions


class Publisher(permissions.BasePermission):
    def has_permission(self, request, view):
        return request.user.is_staff or request.user.has_perm("x")


class Logos(APIView):
    permission_classes = [Publisher]

    def get(self, request):
        return rows()


class Open(APIView):
    def get(self, request):
        return rows()


def stats(request):
    if not (request.user and request.user.is_staff):
        return forbidden()
    return rows()


@router.get("/users")
def users(
    db: Session,
    admin: User = Depends(get_admin),
):
    return rows()
"""


@pytest.mark.parametrize(("line", "wanted"), [(13, True), (18, False), (24, True), (32, True)])
def test_views_for_staff(tmp_path: Path, line: int, wanted: bool) -> None:
    (tmp_path / "views.py").write_text(VIEWS)
    assert is_for_staff(Target(tmp_path), "views.py", line) is wanted


def test_places_of_staff(tmp_path: Path) -> None:
    (tmp_path / "staff").mkdir()
    (tmp_path / "staff" / "views.py").write_text("x = 1\n")
    (tmp_path / "a.ts").write_text("x\n")
    target = Target(tmp_path)
    assert is_for_staff(target, "staff/views.py", 1)
    assert not is_for_staff(target, "a.ts", 1)
