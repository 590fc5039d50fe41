from fastapi import Depends, FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .db import session_of
from .models import Cabin, Crossing, Ticket

app = FastAPI()


@app.get("/crossings")
def list_crossings(session: Session = Depends(session_of)):
    crossings = session.execute(select(Crossing).order_by(Crossing.departs)).scalars().all()
    answer = []
    for crossing in crossings:
        sold = session.scalar(
            select(func.count()).select_from(Ticket).where(Ticket.crossing_id == crossing.id)
        )
        answer.append({"id": crossing.id, "sold": sold})
    return answer


@app.post("/cabins")
async def cabins_of(ids: list[int], session: Session = Depends(session_of)):
    return [session.get(Cabin, one) for one in ids]


@app.post("/tickets/void")
def void(codes: list[str], session: Session = Depends(session_of)):
    for code in codes:
        session.query(Ticket).filter(Ticket.code == code).update({"void": True})
    session.commit()
