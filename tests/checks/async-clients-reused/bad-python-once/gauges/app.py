"""Water levels: a station is tried once, when somebody enters it."""

import httpx
from fastapi import FastAPI

app = FastAPI()


@app.post("/stations/try")
async def reach(address: str):
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(address)
    return {"reached": answer.status_code == 200}
