from fastapi import APIRouter, FastAPI

app = FastAPI()
tariffs = APIRouter(prefix="/tariffs")


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "up"}


@tariffs.get("")
def listed() -> list[dict[str, str]]:
    return []


@tariffs.get("/{tariff_id}")
def one(tariff_id: int) -> dict[str, int]:
    return {"id": tariff_id}


@tariffs.post("")
def made() -> dict[str, str]:
    return {"status": "made"}


app.include_router(tariffs, prefix="/api/v1")
