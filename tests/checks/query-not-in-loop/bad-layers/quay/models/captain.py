from databases import Database


class Captain:
    @staticmethod
    async def get_by_id(captain_id: int, db: Database):
        return await db.fetch_one(
            "SELECT * FROM captains WHERE id = :id", {"id": captain_id}
        )

    @staticmethod
    async def refresh_rating(captain_id: int, db: Database):
        row = await db.fetch_one(
            "SELECT avg(stars) AS stars FROM reviews WHERE captain_id = :id", {"id": captain_id}
        )
        return row["stars"]
