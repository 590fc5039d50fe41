"""Water levels of the rivers around."""

import httpx
from fastapi import FastAPI

from gauges.forecasts import outlook

app = FastAPI()
STATIONS = "https://stations.example.org/levels"


@app.get("/levels/{station}")
async def level(station: str):
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(f"{STATIONS}/{station}")
    return answer.json()


@app.get("/outlook/{river}")
async def river_outlook(river: str):
    return await outlook(river)
