import asyncio
import time

import requests
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

app = FastAPI()


@app.get("/plain")
def plain(db: Session):
    # a plain function: the framework runs it in a thread
    time.sleep(1)
    return db.query(Tariff).all()


@app.get("/threaded")
async def threaded(db: AsyncSession):
    await asyncio.sleep(1)
    await db.execute("select 1")
    text = await run_in_threadpool(lambda: requests.get("https://carrier.example", timeout=3).text)
    # time.sleep(3)
    return text


@app.get("/nested")
async def nested():
    def wait():
        time.sleep(1)

    return await asyncio.to_thread(wait)


def main():
    requests.get("https://carrier.example/warm", timeout=3)
