"""What is written in the place of a query per row, and who may ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.query.guards import is_for_staff, names_staff
from pytest_reconaudit.facts.query.python_fixes import (
    fix_of_list,
    fix_of_page,
    fix_of_relations,
)
from pytest_reconaudit.facts.query.refusals import refuses_alone
from pytest_reconaudit.facts.query.row_queries import RowQuery, once_each
from pytest_reconaudit.model import Place
from pytest_reconaudit.target import Target


@pytest.mark.parametrize(
    ("library", "wanted"),
    [
        ("django", "one page of the `OrderLine` rows"),
        ("sql", ""),
    ],
)
def test_pages_are_of_the_table(library: str, wanted: str) -> None:
    fix = fix_of_page("order_line", library)
    assert wanted in fix
    assert bool(fix) == bool(wanted)


def test_relations_are_loaded_along() -> None:
    fix = fix_of_relations(["Order.lines", "Order.shop (by Order.place)"])
    assert ".options(selectinload(Order.lines), joinedload(Order.shop))" in fix
    fix = fix_of_relations(["Order.lines", "Line.box"])
    assert ".options(selectinload(Order.lines))" in fix
    assert "Chain `.joinedload(Line.box)` behind the option that leads to `Line`" in fix


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


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("if not is_user_a_staff(request.user):\n    return Response(e, status=403)", True),
        ("if not request.user.is_superuser:\n    raise PermissionDenied", True),
        ("'''Tells all.'''\nif not (\n    user and user.is_staff\n):\n    abort(403)", True),
        ("if not user or not user.is_staff:\n    return HttpResponseForbidden()", True),
        ("if request.user.is_staff:\n    return rows()\nelse:\n    return e(HTTP_406_NO)", True),
        ("if request.user.is_staff:\n    return rows()\nraise PermissionDenied", True),
        # Others get something as well.
        ("if not request.user.is_staff:\n    return mine(request.user)", False),
        ("if request.user.is_staff:\n    return rows()\nreturn mine()", False),
        ("if not request.user.is_staff and not own(obj):\n    raise PermissionDenied", False),
        ("if own or mine and request.user.is_staff:\n    rows()\nelse:\n    abort(403)", False),
        ("if not is_host(request.user, team):\n    raise PermissionDenied", False),
        ("if not is_team_admin(request.user):\n    raise PermissionDenied", False),
        ("if request.method == 'PUT':\n    if not user.is_staff:\n        abort(403)", False),
        ("pass\n\n\ndef other(request):\n    if not user.is_staff:\n        abort(403)", False),
    ],
)
def test_who_is_no_staff_is_refused_first(tmp_path: Path, body: str, wanted: bool) -> None:
    inner = "\n".join(f"    {line}" if line else "" for line in body.split("\n"))
    if "\ndef " in body:
        inner = f"    {body}"
    (tmp_path / "views.py").write_text(f"def stats(request):\n{inner}\n")
    assert is_for_staff(Target(tmp_path), "views.py", 1) is wanted


def test_places_of_staff(tmp_path: Path) -> None:
    (tmp_path / "staff").mkdir()
    (tmp_path / "staff" / "views.py").write_text("x = 1\n")
    (tmp_path / "a.ts").write_text("x\n")
    target = Target(tmp_path)
    assert is_for_staff(target, "staff/views.py", 1)
    assert not is_for_staff(target, "a.ts", 1)


def row_query(*beyond: str, also: tuple[str, ...] = ()) -> RowQuery:
    place = Place("a.py", 1, 1)
    return RowQuery("Entry.race", place, False, "race", True, beyond, also)


def test_a_relation_is_told_with_what_is_followed_from_it() -> None:
    assert row_query().told == "Entry.race"
    assert row_query().loads == (("race", True),)
    assert row_query("water.harbour").told == "Entry.race.water.harbour"
    several = (row_query(), row_query("water"), row_query("water.harbour"), row_query("club"))
    (both,) = once_each(several)
    assert both.told == "Entry.race and its water.harbour, club"
    assert both.loads == (("race__water__harbour", True), ("race__club", True))
    # What some rows alone need is loaded along, and not told.
    (both,) = once_each((row_query(), row_query(also=("water",))))
    assert both.told == "Entry.race"
    assert both.loads == (("race__water", True),)


CREWS = """\
def full(crew):
    return crew.name


def add(request, pk):
    if request.data:
        names = full(pk)
        return Response(
            {"error": names}, status=406
        )
    return Response(status=201)
"""


@pytest.mark.parametrize(
    ("was", "now", "wanted"),
    [
        ("", "", True),
        ("status=406", "status=200", False),
        ("    return Response(status=201)", "    return Response(full(pk), status=201)", False),
        ("    if request.data:", "    for one in request.data:", False),
        ("        names = full(pk)\n", "        names = full(pk)\n        names = names\n", True),
    ],
)
def test_functions_that_are_called_for_an_error_alone(
    tmp_path: Path, was: str, now: str, *, wanted: bool
) -> None:
    (tmp_path / "crews.py").write_text(CREWS.replace(was, now) if was else CREWS)
    assert refuses_alone(Target(tmp_path), "crews.py", 2) is wanted
