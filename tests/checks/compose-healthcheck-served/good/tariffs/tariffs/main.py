"""The tariff service."""
from fastapi import FastAPI

from tariffs.api import router

app = FastAPI(title="tariffs", docs_url=None, redoc_url=None)
app.include_router(router, prefix="/tariffs")
