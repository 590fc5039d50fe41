from desk.main import app


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "up"}
