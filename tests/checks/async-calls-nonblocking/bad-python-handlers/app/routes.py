import json

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app.guard import guarded
from app.models import Berth
from app.sessions import get_session
from app.store import add_berth, get_berth, list_berths

router = APIRouter()


@guarded(router.get, "/berths", ["berths.read"])
async def berths(session: Session = Depends(get_session)):
    return list_berths(session)


@guarded(router.get, "/berths/{berth_id}", ["berths.read"])
async def berth(berth_id: int, session: Session = Depends(get_session)):
    return get_berth(session, berth_id)


@guarded(router.post, "/berths", ["berths.write"])
async def new_berth(berth: dict, session: Session = Depends(get_session)):
    return add_berth(session, Berth(**berth))


@guarded(router.get, "/about", [])
async def about():
    with open("version.json") as file:
        return json.load(file)
