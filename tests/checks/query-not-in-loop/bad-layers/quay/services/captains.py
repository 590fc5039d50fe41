from databases import Database

from quay.models.captain import Captain


class CaptainService:
    @staticmethod
    async def get_captain(captain_id: int, db: Database):
        captain = await Captain.get_by_id(captain_id, db)

        if captain is None:
            raise LookupError("no such captain")

        return captain
