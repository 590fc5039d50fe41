import redis
from fastapi import Depends, FastAPI
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import get_session
from app.models import Berth

app = FastAPI()
r = redis.Redis()


# Some kinds are counted in the table, the others in Redis alone.
def raise_usage(kind: str, harbour: int, session: Session) -> int:
    if kind == "berths":
        found = session.execute(select(Berth).where(Berth.harbour_id == harbour))
        return len(found.scalars().all())
    known = r.get(f"{kind}_usage:{harbour}")
    count = 0 if known is None else int(known)
    r.set(f"{kind}_usage:{harbour}", count + 1)
    return count + 1


@app.post("/harbours/{harbour}/calls")
def call(harbour: int, session: Session = Depends(get_session)):
    return {"calls": raise_usage("calls", harbour, session)}


@app.post("/harbours/{harbour}/berths")
def create_berth(harbour: int, name: str, session: Session = Depends(get_session)):
    session.add(Berth(harbour_id=harbour, name=name))
    session.commit()
    return {"name": name}


@app.delete("/berths/{berth}")
def delete_berth(berth: int, session: Session = Depends(get_session)):
    session.execute(delete(Berth).where(Berth.id == berth))
    session.commit()
