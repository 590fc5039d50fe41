from contextlib import asynccontextmanager

import requests
from fastapi import FastAPI

from app.leave import wait_for_tide


@asynccontextmanager
async def lifespan(app: FastAPI):
    requests.get("https://tides.example.com/known")
    wait_for_tide()
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/berths")
async def berths() -> list[int]:
    return []
