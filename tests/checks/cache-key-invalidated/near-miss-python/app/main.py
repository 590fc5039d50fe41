import json

import redis
from fastapi import FastAPI, Request
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.models import Measurement, engine

app = FastAPI()
r = redis.Redis(host="cache", decode_responses=True)


# Measurements are only ever added; a day that is over does not change.
@app.get("/measurements/{day}")
def measurements_of(day: str):
    key = f"archive:{day}"
    if hit := r.get(key):
        return json.loads(hit)
    with Session(engine) as session:
        rows = [row.value for row in session.scalars(select(Measurement).where(Measurement.day == day))]
    r.set(key, json.dumps(rows), ex=86_400)
    return rows


@app.post("/measurements")
def create_measurement(value: float, day: str):
    with Session(engine) as session:
        session.execute(insert(Measurement).values(value=value, day=day))
        session.commit()
    return {"ok": True}


@app.get("/preferences")
def preferences(request: Request):
    # The session is no cache either.
    theme = request.session.get("theme", "light")
    request.session["theme"] = theme
    settings = {"theme": theme}
    return settings.get("theme")
