import os

from fastapi import FastAPI

app = FastAPI(title=os.environ["DESK_NAME"])


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "up"}


@app.get("/api/v1/parcels")
def parcels() -> list[str]:
    return []


@app.get("/api/v1/parcels/{parcel_id:int}")
def parcel(parcel_id: int) -> dict[str, int]:
    return {"id": parcel_id}
