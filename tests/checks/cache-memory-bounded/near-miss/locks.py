import asyncio
from uuid import UUID

from fastapi import FastAPI

app = FastAPI()
_ROOM_CACHE_LOCKS: dict[UUID, asyncio.Lock] = {}


@app.get("/rooms/{room_id}")
async def room(room_id: UUID):
    async with _ROOM_CACHE_LOCKS.setdefault(room_id, asyncio.Lock()):
        return {"id": room_id}
