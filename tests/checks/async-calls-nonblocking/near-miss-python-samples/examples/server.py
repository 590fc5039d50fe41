from fastapi import FastAPI

from client.runs import Run

app = FastAPI()


@app.get("/rows")
async def rows():
    return [row async for row in Run().loop([1, 2])]
