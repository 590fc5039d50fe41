from fastapi import APIRouter, Depends
from sqlalchemy import select

from clinic.db import get_session
from clinic.models import Patient

router = APIRouter(prefix="/patients")


@router.get("/all")
async def everyone(db=Depends(get_session)):
    result = await db.execute(select(Patient))
    return result.scalars().all()


@router.get("/newest")
async def newest(db=Depends(get_session)):
    result = await db.execute(select(Patient).order_by(Patient.id.desc()).limit(20))
    return result.scalars().all()
