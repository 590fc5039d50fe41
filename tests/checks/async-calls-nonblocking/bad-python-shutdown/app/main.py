from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.leave import let_ships_leave


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.berths = []
    yield
    await let_ships_leave(app.state.berths)


app = FastAPI(lifespan=lifespan)


@app.get("/berths")
async def berths() -> list[int]:
    return app.state.berths


@app.post("/berths/leave")
async def leave() -> None:
    await let_ships_leave(app.state.berths)
