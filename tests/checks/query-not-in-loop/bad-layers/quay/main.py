from fastapi import FastAPI

from quay.api import papers, routes

app = FastAPI()
app.include_router(routes.router)
app.include_router(papers.router)
