from databases import Database
from fastapi import APIRouter, Depends

from quay.db import get_db
from quay.models.task import Task
from quay.services.tasks_of_crews import CrewTasks, LockDTO

router = APIRouter(prefix="/crews")


@router.get("/ships")
async def ships(db: Database = Depends(get_db)):
    return await CrewTasks.ships(db)


@router.get("/berths")
async def berths(db: Database = Depends(get_db)):
    return await CrewTasks.berths(await all_berths(db), db)


@router.get("/tasks")
async def tasks(crew: int, db: Database = Depends(get_db)):
    return await Task.get_open_tasks_by_crew(crew, db)


@router.get("/counts")
async def counts(db: Database = Depends(get_db)):
    return await CrewTasks.counts(db)


@router.post("/ratings")
async def ratings(db: Database = Depends(get_db)):
    return await CrewTasks.ratings(db)


@router.post("/locks")
async def lock(lock_dto: LockDTO, db: Database = Depends(get_db)):
    return await CrewTasks.lock(lock_dto, db)


async def all_berths(db: Database):
    return await db.fetch_all("SELECT id, name, captain_id FROM berths")
