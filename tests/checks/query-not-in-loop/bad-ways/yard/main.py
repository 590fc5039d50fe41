from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.orm import Session

from yard import lookups, moorings
from yard.session import get_db

app = FastAPI()


@app.post("/vessels")
def add(names: list[str], session: Session = Depends(get_db)):
    return moorings.create(session, names)


@app.post("/yards/{yard_id}/vessels")
def add_to_yard(yard_id: int, names: list[str], session: Session = Depends(get_db)):
    return moorings.create(session, names, yard_id=yard_id)


@app.post("/drafts")
def draft(names: list[str], session: Session = Depends(get_db)):
    return moorings.draft(session, names)


@app.post("/arrivals")
def arrive(background: BackgroundTasks, vessel_ids: list[int], session: Session = Depends(get_db)):
    background.add_task(moorings.announce, vessel_ids, session)
    return {"ok": True}


@app.post("/bulk/tariffs")
def tariffs(vessel_ids: list[int], yard_id: int, session: Session = Depends(get_db)):
    found = []
    for vessel_id in vessel_ids:
        # The same for each of them.
        tariff = lookups.get_tariff(session=session, yard_id=yard_id)
        found.append((vessel_id, tariff))
    return found


@app.delete("/vessels/{vessel_id}")
def remove(vessel_id: int, session: Session = Depends(get_db)):
    return moorings.berths_of(session, [vessel_id])


@app.post("/bulk/berths")
def berths(vessel_ids: list[int], session: Session = Depends(get_db)):
    return moorings.berths_of(session, vessel_ids)
