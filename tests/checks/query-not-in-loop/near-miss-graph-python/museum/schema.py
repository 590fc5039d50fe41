from __future__ import annotations

import strawberry
from sqlalchemy import select
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from museum.tables import ExhibitRow, LoanRow


@strawberry.type
class Loan:
    id: int
    borrower: str


@strawberry.type
class Exhibit:
    id: int
    title: str

    @strawberry.field
    async def loans(self, info: Info) -> list[Loan]:
        return await info.context["loans_of"].load(self.id)


@strawberry.type
class Visitor:
    id: int

    # One visitor at a time: the one who asks.
    @strawberry.field
    async def loans(self, info: Info) -> list[Loan]:
        session = info.context["session"]
        rows = await session.execute(select(LoanRow).where(LoanRow.borrower == str(self.id)))
        return [Loan(id=row.id, borrower=row.borrower) for row in rows.scalars()]


@strawberry.type
class Query:
    @strawberry.field
    async def exhibits(self, info: Info, first: int = 50) -> list[Exhibit]:
        session = info.context["session"]
        rows = await session.execute(select(ExhibitRow).order_by(ExhibitRow.id).limit(first))
        return [Exhibit(id=row.id, title=row.title) for row in rows.scalars()]

    @strawberry.field
    def visitor(self, info: Info) -> Visitor:
        return Visitor(id=info.context["visitor"])


async def load_loans(session, keys: list[int]) -> list[list[LoanRow]]:
    rows = await session.execute(select(LoanRow).where(LoanRow.exhibit_id.in_(keys)))
    found: dict[int, list[LoanRow]] = {key: [] for key in keys}
    for row in rows.scalars():
        found[row.exhibit_id].append(row)
    return [found[key] for key in keys]


def context_of(session, visitor: int) -> dict[str, object]:
    async def load(keys: list[int]) -> list[list[LoanRow]]:
        return await load_loans(session, keys)

    return {"session": session, "visitor": visitor, "loans_of": DataLoader(load_fn=load)}


schema = strawberry.Schema(query=Query)
