"""Ferries: who may board, and when the next one goes."""

import time

import requests
from fastapi import FastAPI

from ferry.keys import enter, stamp

app = FastAPI()


@app.post("/board")
def board(name: str, word: bytes):
    # Not async: the framework runs it on a thread, and nobody else waits.
    return stamp(name, word)


@app.post("/login")
async def login(name: str, word: bytes):
    await seen(name)
    return enter(name, word)


@app.get("/next")
async def next_ferry():
    for attempt in range(3):
        try:
            return await ask()
        except OSError:
            time.sleep(2**attempt)
