from databases import Database


class Task:
    """A task that a crew has."""

    @staticmethod
    async def get(task_id: int, db: Database):
        return await db.fetch_one("SELECT * FROM tasks WHERE id = :id", {"id": task_id})

    @staticmethod
    async def get_open_tasks_by_crew(crew_id: int, db: Database):
        rows = await db.fetch_all("SELECT * FROM tasks WHERE done IS NULL")
        found = []
        for row in rows:
            berth = await db.fetch_one(
                "SELECT name FROM berths WHERE id = :id", {"id": row["berth_id"]}
            )
            found.append({"id": row["id"], "berth": berth["name"]})
        return found
