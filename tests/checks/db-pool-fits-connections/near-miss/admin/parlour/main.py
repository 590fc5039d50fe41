import os

from fastapi import FastAPI
from sqlalchemy import create_engine

app = FastAPI()
engine = create_engine(os.environ["DATABASE_URL"], pool_size=40, max_overflow=80)


@app.get("/ready")
def ready() -> dict[str, bool]:
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    return {"ready": True}
