from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from quay.database import session
from quay.models import BerthCrew, Crew, Leg, Shelf, Voyage

app = FastAPI()


class Roster(BaseModel):
    crew_uuids: list[str] = Field(default_factory=list, max_length=12)


class Season(BaseModel):
    rows: list[str]


# the crews of one berth are a handful
@app.get("/berths/{berth_uuid}/crews")
async def crews_of_berth(berth_uuid: str, db: AsyncSession = Depends(session)):
    links = (
        await db.execute(select(BerthCrew).where(BerthCrew.berth_uuid == berth_uuid))
    ).scalars().all()
    found = []
    for link in links:
        crew = (await db.execute(select(Crew).where(Crew.id == link.crew_id))).scalars().first()
        found.append(crew.name)
    return found


async def trail(db: AsyncSession, shelf: Shelf) -> list[str]:
    names = [shelf.name]
    current = shelf
    while current is not None and current.parent_id is not None:
        current = (
            await db.execute(select(Shelf).where(Shelf.id == current.parent_id))
        ).scalars().first()
        if current is not None:
            names.append(current.name)
    return names


# each shelf walks up to the root
@app.get("/shelves")
async def list_shelves(db: AsyncSession = Depends(session)):
    shelves = (await db.execute(select(Shelf))).scalars().all()
    found = []
    for shelf in shelves:
        found.append({"name": shelf.name, "trail": await trail(db, shelf)})
    return found


# what was asked once is kept
@app.get("/crews")
async def list_crews(db: AsyncSession = Depends(session)):
    shelf_cache: dict[int, str] = {}

    async def shelf_name(shelf_id: int) -> str:
        if shelf_id in shelf_cache:
            return shelf_cache[shelf_id]
        shelf = (await db.execute(select(Shelf).where(Shelf.id == shelf_id))).scalars().first()
        shelf_cache[shelf_id] = shelf.name
        return shelf.name

    crews = (await db.execute(select(Crew))).scalars().all()
    return [{"name": crew.name, "shelf": await shelf_name(crew.id)} for crew in crews]


# no more than twelve may be sent
@app.post("/rosters")
async def set_roster(roster: Roster, db: AsyncSession = Depends(session)):
    found = []
    for crew_uuid in roster.crew_uuids:
        query = select(Crew).where(Crew.crew_uuid == crew_uuid)
        found.append((await db.execute(query)).scalars().first())
    return found


# the second row needs the key of the first
@app.post("/seasons")
async def import_season(season: Season, db: AsyncSession = Depends(session)):
    for row in season.rows:
        voyage = Voyage(name=row)
        db.add(voyage)
        await db.commit()
        leg = Leg(voyage_id=voyage.id)
        db.add(leg)
        await db.commit()
    return {"imported": len(season.rows)}


async def crew_by_uuid(db: AsyncSession, crew_uuid: str) -> Crew | None:
    return (await db.execute(select(Crew).where(Crew.crew_uuid == crew_uuid))).scalars().first()


# each crew is asked for by the outer loop's key, in every round of the inner one
@app.post("/shifts/import")
async def import_shifts(rows: list[dict], db: AsyncSession = Depends(session)):
    for row in rows:
        for watch in row["watches"]:
            crew = await crew_by_uuid(db, row["crew"])
            watch["name"] = crew.name


# the rows are there already: they are written again
@app.post("/crews/rename")
async def bulk_rename(db: AsyncSession = Depends(session)):
    crews = (await db.execute(select(Crew))).scalars().all()
    for crew in crews:
        crew.name = crew.name.strip()
        db.add(crew)
        await db.commit()
