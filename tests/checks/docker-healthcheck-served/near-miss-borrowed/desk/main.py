from fastapi import FastAPI

app = FastAPI()


@app.get("/parcels")
def parcels() -> list[str]:
    return []


from desk import status  # noqa: E402, F401
