import time

import requests
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


def lines_of(url):
    """Runs where it is iterated over."""
    for part in requests.get(url, timeout=10).text.split("\n"):
        yield part


def words_of(url):
    for part in requests.get(url, timeout=10).text.split():
        yield part


@app.get("/lines")
async def lines(url: str):
    return StreamingResponse(lines_of(url))


@app.get("/words")
async def words(url: str):
    return [one.upper() for one in words_of(url)]


@app.get("/later")
async def later():
    time.sleep(1)
    return {}
