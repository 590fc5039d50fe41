"""Plain calls of Prisma, SQLAlchemy and Django have a shape; whatever is not plain has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.query_models import ModelShape, alchemy_shape, django_shape
from pytest_reconaudit.readers.query_prisma import PrismaShape, prisma_shape


def told(shape: ModelShape | PrismaShape | None) -> tuple[dict[str, str], str]:
    assert shape is not None
    return {one.column: one.how for one in shape.compared}, shape.ordered


def test_what_prisma_is_asked() -> None:
    text = """{
        where: { teamId, slug: `a-${slug}`, kind: Kind.OPEN, done: false, id: { in: ids },
                 at: { gte: since }, name: { contains: q }, owner: owner ?? undefined },
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], // newest first
        take: 20, select: { id: true },
    }"""
    assert told(prisma_shape(text)) == (
        {
            "teamId": "value", "slug": "value", "kind": "text", "done": "text", "id": "list",
            "at": "range", "name": "other", "owner": "other",
        },
        "createdAt",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first", "ordered"),
    [
        ("{ orderBy: { at: 'desc' } }", False, ""),
        ("{ orderBy: { at: 'desc' } }", True, "at"),
        ("{ orderBy: { at: direction }, take: 1 }", False, ""),
        ("{ orderBy: { owner: { name: 'asc' } }, take: 1 }", False, ""),
        ("{ orderBy: { at: 'asc' }, distinct: ['owner'], take }", False, ""),
    ],
)
def test_what_prisma_sorts_by(text: str, first: bool, ordered: str) -> None:
    assert told(prisma_shape(text, first=first))[1] == ordered


@pytest.mark.parametrize(
    "text",
    [
        "filter", "{ where }", "{ where: filter }", "{ where: { ...filter } }", "{ ...all }",
        "{ where: { OR: [{ a: 1 }] } }", "{ where: { NOT: { a } } }", "{ where: { a: { b: 1 } } }",
        "{ where: { user_slug: { user: 1, slug } } }", "{ where: { a: 1 }", "{ [key]: 1 }", "",
    ],
)  # fmt: skip
def test_prisma_unplain(text: str) -> None:
    assert prisma_shape(text) is None


def test_what_sqlalchemy_is_asked() -> None:
    text = (
        "select(m.User).where(m.User.email == email.lower(), User.kind == Kind.OPEN)"
        ".where(User.id.in_(ids), User.at >= since, User.name.ilike(q), User.gone.is_(None))"
        ".order_by(User.at.desc(), User.id).limit(5)"
    )
    assert told(alchemy_shape(text)) == (
        {
            "email": "value", "kind": "text", "id": "list", "at": "range", "name": "other",
            "gone": "other",
        },
        "at",
    )  # fmt: skip
    assert told(
        alchemy_shape("db.query(User).filter_by(a=f(x, y), b=1).order_by(desc(User.c)).first()")
    ) == (
        {"a": "value", "b": "text"},
        "c",
    )


@pytest.mark.parametrize(
    "text",
    [
        "select(A).where(or_(A.b == 1))", "select(A).where((A.b == c) | (A.d == e))",
        "select(A).where(A.b == B.c)", "select(A).join(B).where(A.b == c)", "select(A).where(*all)",
        "query.filter(A.b == c, B.d == e)", "query.filter_by(**given)", "select(A).where(A.b == c",
        "select(A).where(condition)",
    ],
)  # fmt: skip
def test_sqlalchemy_unplain(text: str) -> None:
    assert alchemy_shape(text) is None


def test_what_django_is_asked() -> None:
    text = (
        "Order.objects.filter(number=n, paid=True, shop_id__in=ids, at__gte=x, note__icontains=q)"
    )
    assert told(django_shape(f"{text}.order_by('-at', 'id')[:20]")) == (
        {"number": "value", "paid": "text", "shop_id": "list", "at": "range", "note": "other"},
        "at",
    )
    assert told(django_shape("Order.objects.order_by('shop__name').first()")) == ({}, "")


@pytest.mark.parametrize(
    "text",
    [
        "A.objects.filter(shop__name=x)", "A.objects.filter(Q(a=1) | Q(b=2))",
        "A.objects.filter(**given)", "A.objects.exclude(a=b)", "A.objects.filter(a=1",
    ],
)  # fmt: skip
def test_django_unplain(text: str) -> None:
    assert django_shape(text) is None


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            ["{", "}", "[", "]", "(", ")", "where", ":", ",", "'a'", "`b`", "orderBy", "take", "A.b",
             "==", "=", ".filter(", ".where(", ".order_by(", ".first(", "...", "\"", "'", "a__in", "//", "/*"]
        ),
        max_size=25,
    ).map(" ".join)
)  # fmt: skip
def test_never_raises(text: str) -> None:
    for one in (text, f"{{ where: {{ {text} }} }}"):
        prisma_shape(one)
    for one in (text, f"select(A).where({text})", f"A.objects.filter({text}"):
        alchemy_shape(one)
        django_shape(one)
