from fastapi import APIRouter
from sqlalchemy import select, update

from app.core import cache
from app.core.cache import PATIENT_KEY, cache_get, cache_set
from app.db import Db
from app.models import Patient, Visit, Ward

router = APIRouter()


@router.get("/patients/{patient_id}")
async def patient(patient_id: int, db: Db):
    key = PATIENT_KEY.format(id=patient_id)
    if hit := await cache_get(key):
        return hit
    found = await db.get(Patient, patient_id)
    await cache_set(key, found.name, ttl=3600)
    return found.name


@router.put("/patients/{patient_id}")
async def rename_patient(patient_id: int, name: str, db: Db):
    await db.execute(update(Patient).where(Patient.id == patient_id).values(name=name))


@router.get("/visits/{visit_id}")
async def visit(visit_id: int, db: Db):
    key = cache.VISIT % visit_id
    if hit := await cache_get(key):
        return hit
    found = await db.get(Visit, visit_id)
    await cache_set(key, found.note, ttl=3600)
    return found.note


@router.delete("/visits/{visit_id}")
async def delete_visit(visit_id: int, db: Db):
    await db.delete(await db.get(Visit, visit_id))
    await db.commit()
