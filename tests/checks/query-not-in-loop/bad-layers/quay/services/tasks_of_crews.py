from databases import Database
from pydantic import BaseModel

from quay.models.captain import Captain
from quay.models.rank import PriorityLevel
from quay.models.task import Task
from quay.services.captains import CaptainService


class LockDTO(BaseModel):
    task_ids: list[int]


class CrewTasks:
    @staticmethod
    async def lock(lock_dto: LockDTO, db: Database):
        tasks = []
        for task_id in lock_dto.task_ids:
            task = await Task.get(task_id, db)
            if task is None:
                raise LookupError(task_id)
            tasks.append(task)
        return tasks

    @staticmethod
    async def ships(db: Database):
        ships = await db.fetch_all("SELECT id, name, captain_id FROM ships")
        listed = []
        for ship in ships:
            captain = await CaptainService.get_captain(ship["captain_id"], db)
            listed.append({"name": ship["name"], "captain": captain["name"]})
        return listed

    @staticmethod
    async def berths(berths, db: Database):
        listed = []
        for berth in berths:
            try:
                captain = await Captain.get_by_id(berth.captain_id, db)
            except ValueError:
                captain = None
            listed.append({"berth": berth.name, "captain": captain})
        return listed

    @staticmethod
    async def counts(db: Database):
        found = {}
        for level in await PriorityLevel.get_all(db):
            found[level["name"]] = await db.fetch_val(
                "SELECT count(*) FROM tasks WHERE level_id = :id", {"id": level["id"]}
            )
        return found

    @staticmethod
    async def ratings(db: Database):
        for captain in await db.fetch_all("SELECT id FROM captains"):
            await Captain.refresh_rating(captain["id"], db)
