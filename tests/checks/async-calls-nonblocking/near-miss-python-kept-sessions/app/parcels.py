from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.models import Parcel


class ParcelRepository:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def open_ones(self) -> list[Parcel]:
        return await self.db.get(Parcel, 1)


class Basket:
    def __init__(self, held: dict, db: Session) -> None:
        self.held = held

    def first(self) -> Parcel:
        return self.held.get("first")
