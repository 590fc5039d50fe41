from fastapi import BackgroundTasks, Depends, FastAPI
from slack_bolt import App
from sqlalchemy.orm import Session

from yard import bulk
from yard.session import get_db, open_session

app = FastAPI()
bolt = App()


@app.post("/vessels")
def add(names: list[str], session: Session = Depends(get_db)):
    # No yard: the look-ups are left out.
    return bulk.create(session, names)


@app.post("/berths/{vessel_id}")
def berth(vessel_id: int, session: Session = Depends(get_db)):
    return bulk.removed(session, [vessel_id])


@app.post("/berths/none")
def nothing(session: Session = Depends(get_db)):
    return bulk.dropped(session, ids=None)


@app.post("/arrivals")
def arrive(background: BackgroundTasks, names: list[str], session: Session = Depends(get_db)):
    background.add_task(bulk.announce, names, session)
    return {"ok": True}


@bolt.view("arrived")
def arrived(ack, body):
    ack()
    bulk.tell(open_session(), body["names"])
