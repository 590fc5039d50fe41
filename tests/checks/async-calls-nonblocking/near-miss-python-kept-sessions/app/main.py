from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

from app.db import OldSession, SessionLocal, SyncSession
from app.parcels import Basket, ParcelRepository

app = FastAPI()


@app.get("/parcels")
async def parcels(request: Request):
    async with SessionLocal() as db:
        found = await ParcelRepository(db).open_ones()
    session = OldSession()
    await session.execute("select 1")
    seen = request.session.get("seen")
    return {"found": found, "seen": seen, "first": Basket({}, None).first()}


@app.get("/totals")
def totals():
    with SyncSession() as db:
        return db.execute("select count(*) from parcels").scalar()


@app.get("/totals/all")
async def all_totals():
    return await run_in_threadpool(totals)
