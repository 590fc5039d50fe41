from fastapi import FastAPI

from fleet import vans

app = FastAPI()
app.include_router(vans.router)
