"""Water levels of the rivers around."""

from contextlib import asynccontextmanager

import httpx
from fastapi import Depends, FastAPI, Request


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with httpx.AsyncClient(timeout=5) as client:
        app.state.http = client
        yield


app = FastAPI(lifespan=lifespan)
STATIONS = "https://stations.example.org/levels"


async def client_of_a_request():
    # Handed out to whoever depends on it; tests put another in its place.
    async with httpx.AsyncClient(timeout=5) as client:
        yield client


@app.get("/levels/{station}")
async def level(station: str, request: Request):
    answer = await request.app.state.http.get(f"{STATIONS}/{station}", timeout=2)
    return answer.json()


@app.get("/private/{station}")
async def private_level(station: str, token: str):
    # A session of the station's own: its cookies must not reach other requests.
    async with httpx.AsyncClient(cookies={"token": token}, timeout=5) as client:
        return (await client.get(f"{STATIONS}/{station}")).json()


@app.get("/oauth/callback")
async def oauth_callback(code: str):
    async with httpx.AsyncClient(timeout=5) as client:
        return (await client.post("https://id.example.org/token", data={"code": code})).json()


@app.get("/health")
async def health(client: httpx.AsyncClient = Depends(client_of_a_request)):
    return {"ok": (await client.get(STATIONS)).is_success}


async def import_history(years: list[int]):
    async with httpx.AsyncClient(timeout=60) as client:
        return [await client.get(f"{STATIONS}/{year}") for year in years]
