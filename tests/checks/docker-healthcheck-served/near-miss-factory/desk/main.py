from fastapi import FastAPI


def create_app() -> FastAPI:
    app = FastAPI()

    @app.get("/parcels")
    def parcels() -> list[str]:
        return []

    return app


app = create_app()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "up"}
