from fastapi import APIRouter, FastAPI

parcels = APIRouter()
status = APIRouter()


@parcels.get("/parcels")
def listed() -> list[str]:
    return []


@status.get("/health")
def health() -> dict[str, str]:
    return {"status": "up"}


def create_app() -> FastAPI:
    app = FastAPI()
    app.include_router(parcels)
    return app


app = create_app()
