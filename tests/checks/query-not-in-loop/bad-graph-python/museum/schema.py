from __future__ import annotations

import strawberry
from sqlalchemy import func, select
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
        session = info.context["session"]
        rows = await session.execute(select(LoanRow).where(LoanRow.exhibit_id == self.id))
        return [Loan(id=row.id, borrower=row.borrower) for row in rows.scalars()]

    @strawberry.field
    async def loan_count(self, info: Info) -> int:
        session = info.context["session"]
        return await session.scalar(
            select(func.count()).select_from(LoanRow).where(LoanRow.exhibit_id == self.id)
        )

    @strawberry.field
    def label(self) -> str:
        return f"{self.id}: {self.title}"


@strawberry.type
class Query:
    @strawberry.field
    async def exhibits(self, info: Info, first: int = 50) -> list[Exhibit]:
        session = info.context["session"]
        rows = await session.execute(select(ExhibitRow).order_by(ExhibitRow.id).limit(first))
        return [Exhibit(id=row.id, title=row.title) for row in rows.scalars()]


schema = strawberry.Schema(query=Query)
