from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import get_session
from app.models import Patient

app = FastAPI()


@app.post("/patients/import")
async def bulk_import(names: list[str], db: AsyncSession = Depends(get_session)):
    for name in names:
        db.add(Patient(name=name))
    # One flush sends them all.
    await db.commit()
    return {"imported": len(names)}


@app.delete("/patients")
async def clear(ids: list[int], db: AsyncSession = Depends(get_session)):
    found = [await_free for await_free in ids]
    for number, one in enumerate(found):
        db.add(Patient(id=one, name=""))
        if number % 500 == 0:
            await db.commit()
    await db.commit()
