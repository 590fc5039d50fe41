"""Orders of a port: lists that grow, and those that do not."""

from fastapi import Depends, FastAPI
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from port.models import Instrument, Order, Seat, User

app = FastAPI()


@app.get("/orders")
async def orders(db: AsyncSession = Depends(session)):
    result = await db.execute(select(Order).order_by(Order.number))
    return result.scalars().all()


@app.get("/orders/stats")
async def stats(db: AsyncSession = Depends(session)):
    result = await db.execute(select(Order))
    rows = result.scalars().all()
    return {"n": len(rows), "total": sum(row.price for row in rows)}


@app.get("/members")
async def members(db: AsyncSession = Depends(session)):
    query = select(User).join(
        Seat, and_(Seat.user_id == User.id, Seat.organization_id == own.organization_id)
    )
    result = await db.execute(query)
    return result.scalars().all()


@app.get("/instruments")
async def instruments(db: AsyncSession = Depends(session)):
    result = await db.execute(select(Instrument))
    return result.scalars().all()
