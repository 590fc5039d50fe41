from databases import Database


class PriorityLevel:
    @staticmethod
    async def get_all(db: Database):
        return await db.fetch_all("SELECT id, name FROM priority_levels ORDER BY id")
