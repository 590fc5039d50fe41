from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import get_session
from app.models import Patient

app = FastAPI()


@app.post("/patients/import")
async def bulk_import(names: list[str], db: AsyncSession = Depends(get_session)):
    for name in names:
        db.add(Patient(name=name))
        await db.commit()
    return {"imported": len(names)}
