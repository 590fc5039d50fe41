from fastapi import APIRouter, Depends
from sqlalchemy import func, select

from clinic.db import cache, get_session
from clinic.models import Drug, Patient

router = APIRouter(prefix="/figures")


@router.get("/wards")
async def per_ward(db=Depends(get_session)):
    result = await db.execute(select(Patient.ward, func.count(Patient.id)).group_by(Patient.ward))
    return result.all()


@router.get("/drugs")
async def drugs(db=Depends(get_session)):
    found = cache.get("drugs")
    if found is None:
        found = (await db.execute(select(Drug))).scalars().all()
        cache.set("drugs", found)
    return found


@router.get("/stays")
async def stays(since: str, db=Depends(get_session)):
    cursor = db.cursor()
    cursor.execute("SELECT * FROM stays WHERE began >= %s", (since,))
    return cursor.fetchall()
